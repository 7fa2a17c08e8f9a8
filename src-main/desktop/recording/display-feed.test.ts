import { expect, it } from 'vitest'
import type { Packet, Track } from '../../formats/track.ts'
import type { MediaSubscriber } from '../../media/files/media-feed.ts'
import { DisplayFeed } from './display-feed.ts'

it('gives a recorder no audio before the first image, and then both tracks', () => {
  const given: string[] = []
  const recorder = {
    onTrack: ({ id }: Track) => given.push(`track ${id}`),
    onPacket: ({ track }: Packet) => given.push(`packet ${track.id}`),
    onDiscontinuity: () => given.push('seam'),
    onEnd: () => given.push('end'),
  } as unknown as MediaSubscriber
  const feed = new DisplayFeed(() => given.push('wants a key frame'))
  feed.subscribe(recorder)
  const [audio, video] = [{ id: 'a0', kind: 'audio' } as Track, { id: 'v0', kind: 'video' } as Track]
  feed.onTrack(audio)
  feed.onPacket({ track: audio } as Packet)
  expect(given).toEqual(['wants a key frame'])
  feed.onTrack(video)
  feed.onPacket({ track: video } as Packet)
  feed.onPacket({ track: audio } as Packet)
  expect(given.slice(1)).toEqual(['track a0', 'track v0', 'packet v0', 'packet a0'])
})
