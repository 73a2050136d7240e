// Before any other module is loaded: what fails in a helper then shows its line in lib/*.ts and not in dist, also on a
// kernel that the user registered without --enable-source-maps.
process.setSourceMapsEnabled(true);
