export { defaultRtmpLimits, type RtmpLimits } from './limits.ts'
export { createRtmpServer, type ListenOptions, type RtmpCounters, type RtmpServer, type RtmpServerDependencies } from './server.ts'
