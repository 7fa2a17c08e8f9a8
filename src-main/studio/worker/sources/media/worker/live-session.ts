import type { LiveRequest } from '../messages.ts'
import { AudioDecoder } from './audio-decoder.ts'
import { FrameDecoder } from './frame-decoder.ts'
import type { MediaEngine } from './media-engine.ts'
import { type MediaInput, openInput } from './media-input.ts'
import { PacketQueue } from './packet-queue.ts'

/** What is looked through to find out what is inside, µs and bytes. */
const probe = { us: 2_000_000, bytes: 2_000_000 }
/** What is fetched in pieces may make a reading wait for the next of them, ms. */
const maxReadMs = 40_000

/** One connection of a live player, from its opening to its end. */
export interface LiveSession {
  readonly input: MediaInput
  readonly videoDecoder: FrameDecoder | undefined
  readonly audioDecoder: AudioDecoder | undefined
  /** It waits to be fetched instead of coming by itself: HLS, files. */
  readonly isPaced: boolean
  readonly videoQueue: PacketQueue
  readonly audioQueue: PacketQueue
  /** What servers send of the past, all at once at the start, is over: video is on time. */
  isLive: boolean
  /** When the first packet came, ms of the process. */
  beganAt: number
  ended: boolean
}

/** Connects to what was asked for. Throws MediaFault. */
export async function openLiveSession({ address, format, options, network }: LiveRequest, engine: MediaEngine): Promise<LiveSession> {
  const named = { address, ...(format !== undefined && { format }), ...(network !== undefined && { network }) }
  const request = { ...named, options, soundTrack: 1, probe, readMs: maxReadMs }
  const input = await openInput(request, engine)
  try {
    return {
      input,
      videoDecoder: input.videoStream && new FrameDecoder(input.videoStream, engine, true),
      audioDecoder: input.audioStream && new AudioDecoder(input.audioStream, true),
      isPaced: /hls|dash/.test(input.format) || (input.durationUs !== undefined && /^https?:/i.test(address)),
      videoQueue: new PacketQueue(),
      audioQueue: new PacketQueue(),
      isLive: false,
      beganAt: Number.NaN,
      ended: false,
    }
  } catch (error) {
    await input.close()
    throw error
  }
}

/** Nothing of it may be active any more. */
export async function closeLiveSession({ input, videoDecoder, audioDecoder, videoQueue, audioQueue }: LiveSession): Promise<void> {
  videoQueue.clear()
  audioQueue.clear()
  videoDecoder?.close()
  audioDecoder?.close()
  await input.close()
}
