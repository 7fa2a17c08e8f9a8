import { describe, expect, it } from 'vitest'
import { readSpriteTrack, spriteAt } from './sprites.ts'

const text = `WEBVTT

NOTE epoch=e1 originTimeMs=1700000000000.250 origin=2023-11-14T22:13:20.000Z

00:00:10.000 --> 00:00:20.000
sprites-e1-0.jpg?n=2#xywh=0,0,160,90

01:00:20.000 --> 01:00:30.500
sprites-e1-0.jpg?n=2#xywh=160,90,160,90

not a cue --> at all
x#xywh=1
`

describe('small images of the past', () => {
  it('are found by time, with what time 0 is', () => {
    const track = readSpriteTrack(text, 'http://host/live/show/sprites.vtt')
    expect(track.originTimeMs).toBe(1_700_000_000_000.25)
    expect(track.sprites).toHaveLength(2)
    expect(spriteAt(track, 3)?.x).toBe(0)
    expect(spriteAt(track, 3619)?.x).toBe(0)
    expect(spriteAt(track, 3620)).toEqual({
      startS: 3620,
      endS: 3630.5,
      sheet: 'http://host/live/show/sprites-e1-0.jpg?n=2',
      x: 160,
      y: 90,
      width: 160,
      height: 90,
    })
    expect(spriteAt(readSpriteTrack('WEBVTT\n', 'http://host/'), 1)).toBeUndefined()
    expect(readSpriteTrack('WEBVTT\n', 'http://host/').originTimeMs).toBeUndefined()
  })
})
