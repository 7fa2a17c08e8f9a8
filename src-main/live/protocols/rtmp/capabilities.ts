import { audioFourCcs, fourCcOf, videoFourCcs } from '../../../formats/flv/flv-fourcc.ts'
import type { AmfObject, AmfValue } from '../../../formats/rtmp/amf-value.ts'
import type { Amf0Writable } from '../../../formats/rtmp/amf0.ts'
import type { Codec } from '../../../formats/track.ts'

/** Bits of `capsEx` (Enhanced RTMP v2, NetConnection connect). */
export const CapsEx = { reconnect: 1, multitrack: 2, modEx: 4, timestampNanoOffset: 8 } as const
/** Bits of the FourCC info maps. We only forward: we do not decode or encode. */
const canForward = 4
const canDecode = 1

/** What a client said that it can do. */
export interface ClientCapabilities {
  /** It sent at least one property of Enhanced RTMP. */
  readonly enhanced: boolean
  readonly reconnect: boolean
  /** FourCCs that it can take; `*` takes all. */
  readonly fourCcs: ReadonlySet<string>
}

/** Reads the command object of `connect`. Unknown and malformed properties are left out. */
export function readCapabilities(command: AmfObject): ClientCapabilities {
  const fourCcs = new Set<string>()
  const list = command.get('fourCcList')
  if (Array.isArray(list)) for (const item of list) addFourCc(fourCcs, item)
  const maps = [command.get('videoFourCcInfoMap'), command.get('audioFourCcInfoMap')]
  for (const map of maps) {
    if (!(map instanceof Map)) continue
    for (const [name, flags] of map) if (typeof flags === 'number' && flags & (canDecode | canForward)) addFourCc(fourCcs, name)
  }
  const capsEx = command.get('capsEx')
  const bits = typeof capsEx === 'number' ? capsEx : 0
  return {
    enhanced: Array.isArray(list) || bits !== 0 || maps.some((map) => map instanceof Map),
    reconnect: (bits & CapsEx.reconnect) !== 0,
    fourCcs,
  }
}

function addFourCc(into: Set<string>, value: AmfValue): void {
  if (typeof value === 'string' && (value.length === 4 || value === '*') && into.size < 64) into.add(value)
}

/** Our side of the negotiation, added to the answer of `connect`; nothing for a client that knows only legacy RTMP. */
export function announceCapabilities(client: ClientCapabilities): Record<string, Amf0Writable> {
  if (!client.enhanced) return {}
  const flags = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, canForward]))
  return {
    fourCcList: [...Object.keys(videoFourCcs), ...Object.keys(audioFourCcs)],
    videoFourCcInfoMap: flags(Object.keys(videoFourCcs)),
    audioFourCcInfoMap: flags(Object.keys(audioFourCcs)),
    capsEx: CapsEx.reconnect | CapsEx.multitrack | CapsEx.modEx | CapsEx.timestampNanoOffset,
  }
}

/**
 * True where a player can be sent this codec. Legacy codecs always; others when the client listed them. A client that
 * announced nothing is rejected, as it would take the extended tags for garbage.
 */
export function canPlay(client: ClientCapabilities, codec: Codec): boolean {
  if (codec === 'h264' || codec === 'aac' || codec === 'mp3') return true
  return client.fourCcs.has('*') || client.fourCcs.has(fourCcOf(codec))
}
