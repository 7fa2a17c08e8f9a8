import { expect, it } from 'vitest'
import { listedUrls } from './listed-urls.ts'

it('finds what a playlist lists at its own host', () => {
  const text = `#EXTM3U
#EXT-X-MAP:URI="init.mp4"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="../audio/list.m3u8"
#EXTINF:4,
one.ts?x=1
/two.ts
https://elsewhere.example/three.ts
//elsewhere.example/four.ts
`
  expect(listedUrls(text, '/vod/film/list.m3u8?k=v')).toEqual([
    '/vod/film/init.mp4',
    '/vod/audio/list.m3u8',
    '/vod/film/one.ts?x=1',
    '/two.ts',
  ])
})

it('finds nothing in other text, and bounds what it finds', () => {
  expect(listedUrls('', '/a')).toEqual([])
  expect(listedUrls('<html>', '/a')).toEqual([])
  expect(listedUrls(`#EXTM3U\n${'x\n'.repeat(20_000)}`, '/a')).toHaveLength(5000)
})
