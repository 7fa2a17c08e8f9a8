import { PlaybackStream, pulseRate, sampleFormats } from './playback-stream.ts'
import { commandChannel, frameOf, PulseFrameReader } from './pulse-frames.ts'
import { type SampleSpec, TagFault, TagReader, TagWriter } from './pulse-tags.ts'

/** Version of the protocol that is spoken: the last one without lists of properties. */
const protocolVersion = 12
const versionBits = 0xffff
const nobody = 0xffffffff
const fullVolume = 0x10000

/** Commands, as PulseAudio numbers them. */
const command = {
  error: 0,
  reply: 2,
  createPlayback: 3,
  deletePlayback: 4,
  createRecord: 5,
  exit: 7,
  auth: 8,
  setClientName: 9,
  lookupSink: 10,
  drain: 12,
  playbackLatency: 14,
  serverInfo: 20,
  sinkInfo: 21,
  sinkInfoList: 22,
  sourceInfo: 23,
  sourceInfoList: 24,
  sinkInputInfo: 29,
  sinkInputInfoList: 30,
  subscribe: 35,
  setSinkInputVolume: 37,
  cork: 41,
  flush: 42,
  trigger: 43,
  setStreamName: 46,
  prebuf: 60,
  request: 61,
  underflow: 63,
  setSinkInputMute: 69,
  setBufferAttributes: 72,
} as const

const errors = { access: 1, command: 2, invalid: 3, noEntity: 5, notSupported: 19 } as const

const sinkName = 'page'
const sinkSpec: SampleSpec = { format: sampleFormats.float32le, channels: 2, rate: pulseRate }
/** Front left and front right. */
const sinkMap = Uint8Array.of(1, 2)
const maxStreams = 64

/** A program that plays audio, on one connection. */
export class PulseSession {
  readonly streams = new Map<number, PlaybackStream>()
  readonly #send: (bytes: Buffer) => void
  readonly #frames = new PulseFrameReader()
  #nextChannel = 0

  constructor(send: (bytes: Buffer) => void) {
    this.#send = send
  }

  /** Takes bytes of the program; false where it does not speak the protocol: then it is to be hung up on. */
  push(bytes: Buffer): boolean {
    const frames = this.#frames.push(bytes)
    if (frames === undefined) return false
    for (const { channel, data } of frames) {
      if (channel !== commandChannel) this.streams.get(channel)?.write(Buffer.from(data))
      else if (!this.#answer(data)) return false
    }
    return true
  }

  /** Asks programs for more audio when some was heard; reports an underflow if there was none. */
  ask(underflown: ReadonlySet<PlaybackStream>): void {
    for (const stream of this.streams.values()) {
      if (underflown.has(stream)) this.#notify(command.underflow, (out) => out.u32(stream.channel))
      const bytes = stream.ask()
      if (bytes > 0) this.#notify(command.request, (out) => out.u32(stream.channel).u32(bytes))
    }
  }

  #notify(what: number, write: (out: TagWriter) => TagWriter): void {
    this.#send(frameOf(write(new TagWriter().u32(what).u32(nobody)).bytes()))
  }

  #answer(data: Buffer): boolean {
    try {
      const read = new TagReader(data)
      const what = read.u32()
      const serial = read.u32()
      const reply = (write: (out: TagWriter) => TagWriter = (out) => out): void =>
        this.#send(frameOf(write(new TagWriter().u32(command.reply).u32(serial)).bytes()))
      const fail = (code: number): void => this.#send(frameOf(new TagWriter().u32(command.error).u32(serial).u32(code).bytes()))
      this.#do(what, read, reply, fail)
      return true
    } catch (error) {
      if (error instanceof TagFault) return false
      throw error
    }
  }

  #do(what: number, read: TagReader, reply: (write?: (out: TagWriter) => TagWriter) => void, fail: (code: number) => void): void {
    const stream = (): PlaybackStream | undefined => this.streams.get(read.u32())
    switch (what) {
      case command.auth:
        // The socket is the key: nobody else can open it.
        reply((out) => out.u32(Math.min(protocolVersion, read.u32() & versionBits)))
        break
      case command.setClientName:
      case command.subscribe:
      case command.setSinkInputVolume:
      case command.setSinkInputMute:
      case command.setStreamName:
        reply()
        break
      case command.serverInfo:
        reply((out) => out.text('studio').text('1').text('studio').text('studio').spec(sinkSpec).text(sinkName).text('').u32(0))
        break
      case command.lookupSink:
        reply((out) => out.u32(0))
        break
      case command.sinkInfo:
      case command.sinkInfoList:
        reply((out) => writeSink(out))
        break
      case command.sourceInfoList:
      case command.sinkInputInfoList:
        reply()
        break
      case command.createPlayback:
        this.#create(read, reply, fail)
        break
      case command.deletePlayback:
        this.streams.delete(read.u32())
        reply()
        break
      case command.playbackLatency: {
        const asked = stream()
        const time = read.time()
        if (asked === undefined) fail(errors.noEntity)
        else {
          const { playing, writtenBytes, readBytes } = asked
          const now = Date.now()
          const remote = [Math.floor(now / 1000), (now % 1000) * 1000] as const
          reply((out) => out.usec(0).usec(0).bool(playing).time(time).time(remote).s64(writtenBytes).s64(readBytes))
        }
        break
      }
      case command.cork: {
        const asked = stream()
        asked?.cork(read.bool())
        reply()
        break
      }
      case command.flush:
        stream()?.flush()
        reply()
        break
      case command.trigger:
      case command.drain:
        stream()?.trigger()
        reply()
        break
      case command.prebuf:
        reply()
        break
      case command.setBufferAttributes: {
        const asked = stream()
        if (asked === undefined) fail(errors.noEntity)
        else
          reply((out) =>
            out
              .u32(asked.targetBytes * 2)
              .u32(asked.targetBytes)
              .u32(0)
              .u32(0),
          )
        break
      }
      case command.createRecord:
      case command.sourceInfo:
      case command.sinkInputInfo:
        fail(errors.noEntity)
        break
      default:
        fail(errors.notSupported)
    }
  }

  #create(read: TagReader, reply: (write: (out: TagWriter) => TagWriter) => void, fail: (code: number) => void): void {
    read.text()
    const spec = read.spec()
    const map = read.map()
    read.u32()
    read.text()
    read.u32()
    const corked = read.bool()
    const wanted = read.u32()
    const prebuf = read.u32()
    read.u32()
    read.u32()
    const volume = read.volume()
    if (!PlaybackStream.takes(spec) || this.streams.size >= maxStreams) {
      fail(errors.notSupported)
      return
    }
    const frameBytes = spec.channels * (spec.format === sampleFormats.s16le ? 2 : 4)
    const usual = (pulseRate / 20) * frameBytes
    // 40 ms at least, so that a busy machine is not heard, and half a second at most.
    const targetBytes = wanted === nobody ? usual : Math.max((pulseRate / 25) * frameBytes, Math.min(wanted, (pulseRate / 2) * frameBytes))
    const stream = new PlaybackStream({
      channel: this.#nextChannel++,
      spec,
      corked,
      targetBytes,
      prebufBytes: prebuf === nobody ? targetBytes : prebuf,
      gain: volume.length === 0 ? 1 : ((volume[0] as number) / fullVolume) ** 3,
    })
    this.streams.set(stream.channel, stream)
    const { channel } = stream
    const bytes = stream.targetBytes
    reply((out) =>
      out
        .u32(channel)
        .u32(channel)
        .u32(bytes)
        .u32(bytes * 2)
        .u32(bytes)
        .u32(Math.min(prebuf === nobody ? bytes : prebuf, bytes))
        .u32(Math.floor(bytes / 4))
        .spec(spec)
        .map(map)
        .u32(0)
        .text(sinkName)
        .bool(false),
    )
  }
}

/** The only output there is. */
function writeSink(out: TagWriter): TagWriter {
  return out
    .u32(0)
    .text(sinkName)
    .text('Studio')
    .spec(sinkSpec)
    .map(sinkMap)
    .u32(nobody)
    .volume([fullVolume, fullVolume])
    .bool(false)
    .u32(nobody)
    .text('')
    .usec(0)
    .text('studio')
    .u32(0)
}
