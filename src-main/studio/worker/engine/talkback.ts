import { type AudioDecoder, openAudioDecoder } from '../../../media/worker/ffmpeg/opus-decoder.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Mixer } from '../mixer/mixer.ts'

export interface TalkbackDependencies {
  readonly mixer: Mixer
  readonly log: Logger
}

/** What producers say to guests: decoded here, and heard in those guests' returns alone. */
export class Talkback {
  readonly #dependencies: TalkbackDependencies
  readonly #decoders = new Map<string, AudioDecoder>()

  constructor(dependencies: TalkbackDependencies) {
    this.#dependencies = dependencies
  }

  talkTo(talker: string, guests: readonly string[] | null): void {
    if (guests === null) this.#end(talker)
    this.#dependencies.mixer.setTalk(talker, guests)
  }

  /** Takes an Opus packet; one that cannot be decoded is left out. */
  talk(talker: string, packet: Uint8Array): void {
    const { mixer, log } = this.#dependencies
    try {
      let decoder = this.#decoders.get(talker)
      if (decoder === undefined) {
        decoder = openAudioDecoder()
        this.#decoders.set(talker, decoder)
      }
      for (const samples of decoder.decode(packet)) mixer.talk(talker, samples)
    } catch (error) {
      log.warn({ err: error }, 'talkback cannot be decoded')
      this.#end(talker)
    }
  }

  close(): void {
    for (const talker of [...this.#decoders.keys()]) this.#end(talker)
  }

  #end(talker: string): void {
    this.#decoders.get(talker)?.close()
    this.#decoders.delete(talker)
  }
}
