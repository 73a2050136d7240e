/** TensorFlow's protocol buffers, as tfjs-node brings them for reading models; loading them loads no addon. */
declare module '@tensorflow/tfjs-node-gpu/dist/proto/api_pb' {
  /** Setters are named `set` or `add` and the field, as `setName`; a repeated field's, as `setInputList`. */
  export type Message = { [setter in `set${string}` | `add${string}`]: (value: unknown) => void };

  /** A file of graphs. */
  export const SavedModel: new () => Message & { serializeBinary(): Uint8Array };
  /** A graph and the tags under which it is found. */
  export const MetaGraphDef: (new () => Message) & { readonly MetaInfoDef: new () => Message };
  /** A graph: its nodes. */
  export const GraphDef: new () => Message;
  /** Which TensorFlow a graph was meant for. */
  export const VersionDef: new () => Message;
  /** One operation. */
  export const NodeDef: new () => Message & { getAttrMap(): Map<string, Message> };
  /** One attribute of an operation. */
  export const AttrValue: (new () => Message) & { readonly ListValue: new () => Message };
  /** Numbers. */
  export const Tensor: new () => Message;
  /** Sizes of the axes. */
  export const TensorShape: (new () => Message) & { readonly Dim: new () => Message };
}
