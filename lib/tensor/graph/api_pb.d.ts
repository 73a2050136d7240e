/** TensorFlow's protocol buffers, which tfjs-node contains for reading models. Importing them does not load the addon. */
declare module '@tensorflow/tfjs-node-gpu/dist/proto/api_pb' {
  /** A setter's name is `set` or `add` and the field: `setName`, or `setInputList` for a repeated field. */
  export type Message = { [setter in `set${string}` | `add${string}`]: (value: unknown) => void };

  /** A file of graphs. */
  export const SavedModel: new () => Message & { serializeBinary(): Uint8Array };
  /** A graph with its tags. */
  export const MetaGraphDef: (new () => Message) & { readonly MetaInfoDef: new () => Message };
  /** A graph. */
  export const GraphDef: new () => Message;
  /** The version of TensorFlow that a graph is written for. */
  export const VersionDef: new () => Message;
  /** One operation. */
  export const NodeDef: new () => Message & { getAttrMap(): Map<string, Message> };
  /** One attribute of an operation. */
  export const AttrValue: (new () => Message) & { readonly ListValue: new () => Message };
  /** Values of a tensor. */
  export const Tensor: new () => Message;
  /** Sizes of the axes. */
  export const TensorShape: (new () => Message) & { readonly Dim: new () => Message };
}
