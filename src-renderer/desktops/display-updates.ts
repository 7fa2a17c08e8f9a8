/** What a display sends: see docs/desktop.md. */
export type DisplayMessage = DisplayUpdate | DisplayCursor | DisplayVideo | DisplayAudio

/** What the host did with a change before it sent it, ms. */
interface HostTimes {
  readonly captureMs: number
  readonly encodeMs: number
  /** It is the first change since a key or button was pressed here. */
  readonly answers: boolean
}

export interface DisplayUpdate extends HostTimes {
  readonly kind: 'update'
  readonly number: number
  /** Of the display, pixels. */
  readonly width: number
  readonly height: number
  readonly parts: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[]
  readonly compressed: boolean
  /** RGBA of each part, one after the other, once it is decompressed. */
  readonly pixels: Uint8Array<ArrayBuffer>
}

export interface DisplayCursor {
  readonly kind: 'cursor'
  readonly number: number
  readonly width: number
  readonly height: number
  readonly hotX: number
  readonly hotY: number
  readonly pixels: Uint8Array<ArrayBuffer>
}

/** A frame of H.264 video, of the whole display cut to even numbers of pixels. */
export interface DisplayVideo extends HostTimes {
  readonly kind: 'video'
  readonly number: number
  /** What the decoder is configured with, on keyframes: ISO/IEC 14496-15 section 5.3.3.1. */
  readonly config: Uint8Array<ArrayBuffer> | undefined
  readonly data: Uint8Array<ArrayBuffer>
}

/** 10 ms of what programs play. */
export interface DisplayAudio {
  readonly kind: 'audio'
  readonly number: number
  /** Opus, RFC 6716. */
  readonly packet: Uint8Array<ArrayBuffer>
}

/** Reads a message; undefined where it is of a kind that this page does not know. Throws RangeError where it is cut off. */
export function readDisplayMessage(data: ArrayBuffer): DisplayMessage | undefined {
  const view = new DataView(data)
  const short = (at: number): number => view.getUint16(at, true)
  const times = (): HostTimes => ({ captureMs: short(12) / 100, encodeMs: short(14) / 100, answers: (flags & 2) !== 0 })
  const flags = view.getUint8(1)
  if (view.getUint8(0) === 2) {
    const image = { width: short(2), height: short(4), hotX: short(6), hotY: short(8), pixels: new Uint8Array(data, 14) }
    return { kind: 'cursor', number: view.getUint32(10, true), ...image }
  }
  if (view.getUint8(0) === 3) {
    const key = (flags & 1) !== 0
    const configBytes = short(2)
    return {
      kind: 'video',
      number: view.getUint32(4, true),
      ...times(),
      config: key ? new Uint8Array(data, 16, configBytes) : undefined,
      data: new Uint8Array(data, 16 + configBytes),
    }
  }
  if (view.getUint8(0) === 4) return { kind: 'audio', number: view.getUint32(4, true), packet: new Uint8Array(data, 8) }
  if (view.getUint8(0) !== 1) return undefined
  const count = short(2)
  const parts = Array.from({ length: count }, (_, index) => {
    const at = 16 + 8 * index
    return { x: short(at), y: short(at + 2), width: short(at + 4), height: short(at + 6) }
  })
  return {
    kind: 'update',
    number: view.getUint32(4, true),
    ...times(),
    width: short(8),
    height: short(10),
    parts,
    compressed: (flags & 1) !== 0,
    pixels: new Uint8Array(data, 16 + 8 * count),
  }
}

/** The pixels of an update as they are drawn. Rejects where they are not what was announced. */
export async function pixelsOf({ compressed, pixels }: DisplayUpdate): Promise<Uint8Array<ArrayBuffer>> {
  if (!compressed) return pixels
  const stream = new Blob([pixels]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
