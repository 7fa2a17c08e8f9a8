/** `@ami-streams/client`: which node a player fetches a stream from. */
export { type InnerLoader, type LoaderClass, nodeLoader } from './hls-loader.ts'
export { type ListedNode, type NodeList, readSignedList } from './node-list.ts'
export { Nodes, type NodesOptions } from './nodes.ts'
