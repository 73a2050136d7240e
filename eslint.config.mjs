import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'dist/',
      '.venv/',
      '.venv-pandas/',
      '.tensorflow/',
      '.nodes/',
      '.bench/',
      'data/',
      'results/',
      // AssemblyScript: like TypeScript, but its compiler is another.
      'lib/**/assembly/',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['lib/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts', 'web/**/*.ts'],
    languageOptions: {
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // What others import says what it takes and gives: shapes, units, errors, source.
    files: ['lib/**/*.ts', 'bench/**/*.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
        },
      ],
    },
  },
  {
    files: ['lib/cli.ts', 'lib/cli/command.ts', 'bench/main.ts'],
    rules: { 'no-console': 'off' },
  },
);
