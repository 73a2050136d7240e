/** TensorFlow's protocol buffers, which tfjs-node contains for reading models. Importing them does not load the addon. */
declare module '@tensorflow/tfjs-node-gpu/dist/proto/api_pb' {
  // In a declared module, everything is exported.
  /** A setter's name is `set` or `add` and the field: `setName`, or `setInputList` for a repeated field. */
  type Message = { [setter in `set${string}` | `add${string}`]: (value: unknown) => void };

  const SavedModel: new () => Message & { serializeBinary(): Uint8Array };
  const MetaGraphDef: (new () => Message) & { readonly MetaInfoDef: new () => Message };
  const GraphDef: new () => Message;
  const VersionDef: new () => Message;
  const NodeDef: new () => Message & { getAttrMap(): Map<string, Message> };
  const AttrValue: (new () => Message) & { readonly ListValue: new () => Message };
  const Tensor: new () => Message;
  const TensorShape: (new () => Message) & { readonly Dim: new () => Message };
}
