import { beforeEach, describe, expect, it } from 'vitest'
import type { Track } from '../../../formats/track.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import { TransportStreamPublisher } from './transport-stream-publisher.ts'

const second = 90_000
const track = (id: string, kind: 'video' | 'audio') => ({ id, kind }) as Track

/** What a publication was asked, in order: tracks as `+ID`, frames as `ID SECONDS`. */
let published: string[]
let faults: string[]
let rejections: AppError[]
let publisher: TransportStreamPublisher

beforeEach(() => {
  published = []
  faults = []
  rejections = []
  const publication = {
    setTrack: ({ id }: Track) => published.push(`+${id}`),
    write: ({ trackId, dts }: { trackId: string; dts: number }) => published.push(`${trackId} ${dts / second}`),
    report: ({ message }: AppError) => faults.push(message),
  } as unknown as Publication
  publisher = new TransportStreamPublisher(publication, (error) => rejections.push(error))
})

const frame = (id: string, seconds: number): void => publisher.onFrame(id, seconds * second, seconds * second, true, Uint8Array.of(1))

describe('a transport stream that is published', () => {
  it('starts when every track of its program is known, video first, with all frames since then', () => {
    publisher.onProgram(['audio', 'video'])
    publisher.onTrack(track('audio', 'audio'))
    frame('audio', 0)
    frame('audio', 0.5)
    expect(published).toEqual([])
    publisher.onTrack(track('video', 'video'))
    frame('video', 0.6)
    expect(published).toEqual(['+video', '+audio', 'audio 0', 'audio 0.5', 'video 0.6'])
    frame('audio', 1)
    expect(published.at(-1)).toBe('audio 1')
  })

  it('waits for a track that does not come for 1.5 s of media, and takes it when it comes later', () => {
    publisher.onProgram(['audio', 'video'])
    publisher.onTrack(track('audio', 'audio'))
    frame('audio', 10)
    frame('audio', 11.4)
    expect(published).toEqual([])
    frame('audio', 11.5)
    expect(published).toEqual(['+audio', 'audio 10', 'audio 11.4', 'audio 11.5'])
    publisher.onTrack(track('video', 'video'))
    expect(published.at(-1)).toBe('+video')
  })

  it('waits for no more than 600 frames, however little time they take', () => {
    publisher.onProgram(['audio', 'video'])
    publisher.onTrack(track('audio', 'audio'))
    for (let count = 0; count < 599; count++) frame('audio', 0)
    expect(published).toEqual([])
    frame('audio', 0)
    expect(published).toHaveLength(601)
  })

  it('is published as far as it came when it ends before that', () => {
    publisher.onProgram(['audio', 'video'])
    publisher.onTrack(track('audio', 'audio'))
    frame('audio', 0)
    publisher.end()
    expect(published).toEqual(['+audio', 'audio 0'])
  })

  it('is rejected after a thousand faults in a row, each of which is reported, and not when frames come between them', () => {
    publisher.onTrack(track('audio', 'audio'))
    for (let count = 0; count < 1000; count++) publisher.onFault('a packet is cut off')
    frame('audio', 0)
    for (let count = 0; count < 1000; count++) publisher.onFault('a packet is cut off')
    expect([faults.length, rejections]).toEqual([2000, []])
    publisher.onFault('a packet is cut off')
    expect(rejections.map(({ code, message }) => [code, message])).toEqual([['ingest.media', 'Nothing but malformed media arrives']])
  })

  it('is rejected where 16 MiB bring no frame, or with the name of a codec that is not supported', () => {
    const piece = new Uint8Array(1024 * 1024)
    for (let count = 0; count < 16; count++) publisher.push(piece)
    expect(rejections.filter(({ message }) => message.startsWith('No video or audio'))).toEqual([])
    publisher.push(piece)
    expect(rejections.at(-1)?.message).toBe('No video or audio was found in the transport stream')
    publisher.onUnsupported('VC-1')
    expect(rejections.at(-1)).toMatchObject({ code: 'publish.codec_unsupported', message: 'VC-1 is not supported' })
  })
})
