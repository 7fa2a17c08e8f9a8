import { describe, expect, it } from 'vitest'
import { checkMediaPlaylist, checkMultivariant } from '../../../../e2e/playlist-rules.ts'

const good = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,PART-HOLD-BACK=3.0,HOLD-BACK=6.0
#EXT-X-PART-INF:PART-TARGET=1.0
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MAP:URI="init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:00.000Z
#EXT-X-PART:DURATION=1.0,URI="part-70.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=1.0,URI="part-71.m4s"
#EXTINF:2.0,
seg-7.m4s
#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:02.000Z
#EXT-X-PART:DURATION=1.0,URI="part-72.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-73.m4s"
`

describe('the rules of media playlists', () => {
  it('have nothing to say about a good one', () => {
    expect(checkMediaPlaylist(good, good)).toEqual([])
  })

  it.each([
    ['no target duration', '#EXT-X-TARGETDURATION:2\n', '', /no EXT-X-TARGETDURATION/],
    ['a segment over the target', '#EXTINF:2.0', '#EXTINF:2.6', /over the target duration/],
    ['parts that do not add up', '#EXTINF:2.0', '#EXTINF:2.1', /add up/],
    ['a part over its target', 'DURATION=1.0,URI="part-71', 'DURATION=1.1,URI="part-71', /over PART-TARGET/],
    ['a part that is too short', 'DURATION=1.0,URI="part-70', 'DURATION=0.8,URI="part-70', /under 85 %/],
    ['too little hold-back', 'PART-HOLD-BACK=3.0', 'PART-HOLD-BACK=1.9', /PART-HOLD-BACK/],
    ['a skip boundary that is too near', 'CAN-SKIP-UNTIL=12.0', 'CAN-SKIP-UNTIL=6.0', /CAN-SKIP-UNTIL/],
    ['a date that is off', '00:00:02.000Z', '00:00:02.100Z', /100 ms off/],
    ['no map', '#EXT-X-MAP:URI="init-0.mp4"\n', '', /no EXT-X-MAP/],
    ['a hint at what is there', 'URI="part-73.m4s"', 'URI="part-72.m4s"', /already listed/],
    ['an old version', 'VERSION:9', 'VERSION:5', /version 6/],
    ['an attribute list that cannot be read', 'TYPE=PART,URI', 'TYPE=PART;URI', /malformed/],
  ])('find %s', (_, from, to, fault) => {
    expect(checkMediaPlaylist(good.replace(from, to)).join('\n')).toMatch(fault)
  })

  it.each([
    ['a sequence number that goes back', 'SEQUENCE:7', 'SEQUENCE:6', /went back/],
    ['a segment that changes', 'seg-7.m4s', 'seg-7b.m4s', /segment 7 changed/],
    ['a part that is taken back', '#EXT-X-PART:DURATION=1.0,URI="part-72.m4s",INDEPENDENT=YES\n', '', /taken back/],
    [
      'a hint at a part that never comes',
      '#EXT-X-PRELOAD-HINT',
      '#EXTINF:1.0,\nseg-8.m4s\n#EXT-X-PART:DURATION=1.0,URI="part-74.m4s"\n#EXT-X-PRELOAD-HINT',
      /was hinted/,
    ],
    ['a window that becomes too short', '#EXT-X-MEDIA-SEQUENCE:7', '#EXT-X-MEDIA-SEQUENCE:8', /segments were removed/],
    ['a hint that is not kept', '#EXT-X-PRELOAD-HINT', '#EXT-X-PART:DURATION=1.0,URI="part-75.m4s"\n#EXT-X-PRELOAD-HINT', /was hinted/],
  ])('find %s between two loads', (_, from, to, fault) => {
    expect(checkMediaPlaylist(good.replace(from, to), good).join('\n')).toMatch(fault)
  })
})

describe('the rules of multivariant playlists', () => {
  it('find what is missing', () => {
    expect(checkMultivariant('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.64001f",AUDIO="a"\nv.m3u8\n')).toEqual([
      'AUDIO names group a that is not there',
    ])
    expect(checkMultivariant('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=0\nv.m3u8\n')).toHaveLength(2)
    expect(checkMultivariant('#EXTM3U\n')).toEqual(['no variant'])
  })
})
