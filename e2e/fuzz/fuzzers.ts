import type { Fuzzer } from './fuzz-case.ts'
import { http, upgrade } from './http-fuzzers.ts'
import { http2 } from './http2-fuzzer.ts'
import { flv, rtmp } from './rtmp-fuzzers.ts'
import { sdp } from './sdp-fuzzer.ts'
import { mpegts, srt, webrtc } from './udp-fuzzers.ts'
import { webSocket } from './web-socket-fuzzer.ts'

/** Everything that listens, by protocol. */
export const fuzzers: readonly Fuzzer[] = [http, http2, upgrade, webSocket, sdp, rtmp, flv, srt, mpegts, webrtc]
