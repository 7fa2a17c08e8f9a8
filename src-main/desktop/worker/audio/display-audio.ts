import type { Track } from '../../../formats/track.ts'
import { audioRate } from '../../../media/worker/capture/audio/audio-capturer.ts'
import { type AudioFrameEncoder, openAudioEncoder } from '../../../media/worker/ffmpeg/audio-encoder.ts'
import type { AudioMessage } from '../../sessions/client-message.ts'
import { audioMessage } from '../viewer-updates.ts'
import { type Capture, CapturedAudio, type OnAudio } from './captured-audio.ts'
import { Microphone } from './microphone.ts'

const kbps = 96
/** Packets that may be on their way: half a second. One who is further behind misses what follows, and hears nothing late. */
const maxOnTheWay = 50

/** Quieter samples are silence: -80 dB. */
const silentBelow = 1e-4
/** So much of it, as samples of two channels, is sent before nothing is: half a second. */
const maxSilentSamples = 48_000

interface Listener {
  /** Packets sent, and how many of them have arrived. */
  sent: number
  heard: number
}

/** Is given packets of Opus with their frames, and when each starts, µs of the monotonic clock. */
export type OnRecordedAudio = (data: Uint8Array, frames: number, atUs: number) => void

export interface DisplayAudioOptions {
  readonly send: (viewer: number, parts: readonly Uint8Array[]) => void
  readonly onProblem: (problem: string) => void
  /** What the programs of the display play. */
  readonly capture?: (onAudio: OnAudio, onProblem: (problem: string) => void) => Capture
}

/** Sends what the programs of a display play to those who listen, as Opus. Without listeners, and in silence, nothing is encoded. */
export class DisplayAudio {
  readonly #options: DisplayAudioOptions
  readonly #listeners = new Map<number, Listener>()
  readonly #captured: Capture
  #silentSamples = 0
  /** The microphone of the display, and whose it is: the last one to turn theirs on. */
  #microphone: Microphone | undefined
  #speaker = 0
  #encoder: AudioFrameEncoder | undefined
  #recorder: OnRecordedAudio | undefined

  constructor(options: DisplayAudioOptions) {
    this.#options = options
    const { capture = (...to) => new CapturedAudio(...to), onProblem } = options
    this.#captured = capture((samples, at, atUs) => this.#encode(samples, at, atUs), onProblem)
  }

  hear(viewer: number, message: AudioMessage): void {
    const listener = this.#listeners.get(viewer)
    switch (message.kind) {
      case 'listen':
        if (message.on) this.#listen(viewer)
        else this.#ignore(viewer)
        break
      case 'heard':
        // Not further than what was sent.
        if (listener) listener.heard = Math.min(listener.sent, Math.max(listener.heard, message.packet))
        break
      case 'microphone':
        if (message.on) this.#speak(viewer)
        else this.#hush(viewer)
        break
      case 'voice':
        if (viewer === this.#speaker) this.#microphone?.take(Buffer.from(message.packet, 'base64'))
        break
    }
  }

  /** Hands out the packets that listeners are sent, too; undefined: no more. Answers their track; undefined where there is no audio. */
  record(recorder: OnRecordedAudio | undefined): Track | undefined {
    this.#recorder = recorder
    if (recorder === undefined) {
      this.#rest()
      return undefined
    }
    if (!this.#start()) this.#recorder = undefined
    return this.#encoder?.track
  }

  leave(viewer: number): void {
    this.#ignore(viewer)
    this.#hush(viewer)
  }

  stop(): void {
    this.#recorder = undefined
    for (const viewer of this.#listeners.keys()) this.#ignore(viewer)
    this.#hush(this.#speaker)
    this.#captured.close()
  }

  #ignore(viewer: number): void {
    if (this.#listeners.delete(viewer)) this.#rest()
  }

  /** Without anybody who hears, nothing is encoded. */
  #rest(): void {
    if (this.#listeners.size > 0 || this.#recorder !== undefined) return
    this.#captured.stop()
    this.#encoder?.close()
    this.#encoder = undefined
  }

  #hush(viewer: number): void {
    if (viewer !== this.#speaker) return
    this.#speaker = 0
    this.#microphone?.close()
    this.#microphone = undefined
  }

  #speak(viewer: number): void {
    if (viewer === this.#speaker) return
    this.#hush(this.#speaker)
    try {
      this.#microphone = new Microphone()
      this.#speaker = viewer
    } catch (error) {
      this.#options.onProblem((error as Error).message)
    }
  }

  #listen(viewer: number): void {
    if (!this.#listeners.has(viewer) && this.#start()) this.#listeners.set(viewer, { sent: 0, heard: 0 })
  }

  /** False where there is nothing to hear. */
  #start(): boolean {
    try {
      this.#encoder ??= openAudioEncoder('a0', 'opus', kbps, true)
      this.#captured.start()
      return true
    } catch (error) {
      this.#options.onProblem((error as Error).message)
      return false
    }
  }

  #encode(samples: Float32Array, at: number, atUs: number): void {
    this.#silentSamples = isSilent(samples) ? this.#silentSamples + samples.length : 0
    if (this.#silentSamples > maxSilentSamples) return
    this.#encoder?.encode(samples, at, ({ data, pts, duration }) => {
      this.#recorder?.(data, duration, atUs + ((pts - at) * 1e6) / audioRate)
      for (const [viewer, listener] of this.#listeners) {
        if (listener.sent - listener.heard >= maxOnTheWay) continue
        listener.sent++
        this.#options.send(viewer, audioMessage(listener.sent, data))
      }
    })
  }
}

function isSilent(samples: Float32Array): boolean {
  for (const sample of samples) if (sample > silentBelow || sample < -silentBelow) return false
  return true
}
