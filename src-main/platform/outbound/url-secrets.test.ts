import { describe, expect, it } from 'vitest'
import { fetchable, isMaskedUrl, maskUrl, maskUrlsIn, originOf, unmaskUrl } from './url-secrets.ts'

describe('a URL with secrets', () => {
  it.each([
    ['rtsp://admin:s3cret@camera.example:554/Streaming/Channels/101', 'rtsp://***@camera.example:554/Streaming/Channels/101'],
    ['https://glpat-token@git.example/feed.m3u8', 'https://***@git.example/feed.m3u8'],
    ['http://user:p@ss@host/a', 'http://***@host/a'],
    ['https:/user:pass@host/a', 'https:/***@host/a'],
    ['https:user:pass@host/a', 'https:***@host/a'],
    [
      'srt://relay.example:9000?mode=caller&latency=200&passphrase=abcdefghij',
      'srt://relay.example:9000?mode=caller&latency=200&passphrase=***',
    ],
    ['srt://relay.example:9000?streamid=#!::r=live/a,m=request,u=me,p=word', 'srt://relay.example:9000?streamid=#***'],
    ['srt://relay.example:9000?streamid=publish:key', 'srt://relay.example:9000?streamid=***'],
    [
      'https://cdn.example/live/index.m3u8?Policy=a&Signature=b&Key-Pair-Id=c',
      'https://cdn.example/live/index.m3u8?Policy=***&Signature=***&Key-Pair-Id=***',
    ],
    ['https://cdn.example/a.m3u8?TOKEN=abc;hdnts=x', 'https://cdn.example/a.m3u8?TOKEN=***;hdnts=***'],
    ['https://cdn.example/a.m3u8?abc', 'https://cdn.example/a.m3u8?***'],
    ['https://host/live/news/@h~pk~17~~sig/index.m3u8', 'https://host/live/news/@***/index.m3u8'],
    ['https://overlay.example/alert-box/v3/0A1b2C3d4E5f6G7h8I9j', 'https://overlay.example/alert-box/v3/***'],
    ['https://overlay.example/f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'https://overlay.example/***'],
    ['rtmp://a.example/live2/abcd-1234-efgh-5678-ijkl', 'rtmp://a.example/live2/***'],
    ['https://page.example/#access_token=abc', 'https://page.example/#***'],
    ['https://cam.example/?stream=0A1b2C3d4E5f6G7h8I9j', 'https://cam.example/?stream=***'],
  ])('is shown without them: %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown)
    expect(isMaskedUrl(shown)).toBe(true)
    if (shown.includes('://')) expect(unmaskUrl(shown, url)).toBe(url)
  })

  it.each([
    'rtmp://192.168.1.20/live/camera',
    'rtsp://camera.example/axis-media/media.amp?camera=2&resolution=640x480',
    'https://cdn.example/hls/index-1080p-30fps-main.m3u8',
    'https://cdn.example/2024/conference_day_2_morning.m3u8',
    'udp://@239.1.1.1:5000?ttl=2'.replace('@', ''),
    '/srv/films/a?token=b',
    'C:\\films\\a.mp4',
    'C:/films/a.mp4',
    'hello: world?',
    '',
  ])('is left as it is where it has none: %s', (url) => {
    expect(maskUrl(url)).toBe(url)
  })

  it('gets its secrets back where only its path changed', () => {
    const before = 'https://me:word@cam.example/a.m3u8?token=abc&token=def&channel=1'
    expect(unmaskUrl('https://***@CAM.example:443/b.m3u8?channel=2&token=***&token=***', before)).toBe(
      'https://me:word@CAM.example:443/b.m3u8?channel=2&token=abc&token=def',
    )
    expect(unmaskUrl('https://cam.example/c', before)).toBe('https://cam.example/c')
    expect(unmaskUrl('rtmp://relay.example/live/***', 'rtmp://relay.example/live/show')).toBe('rtmp://relay.example/live/show')
  })

  it('never gets them back for another host, port or protocol, or in another place', () => {
    const before = 'https://me:word@cam.example/a?token=abc'
    for (const url of [
      'https://***@evil.example/a?token=***',
      'https://***@cam.example:8443/a?token=***',
      'http://***@cam.example/a?token=***',
      'https://evil.example\\@cam.example/a?token=***',
      'https://evil.exam\tple/@cam.example/a?token=***',
      'https://***@cam.example.evil.example/a',
      'https://cam.example/a?shown=***',
    ]) {
      expect(unmaskUrl(url, before), url).toBeUndefined()
    }
  })

  it('leads where its host, port and protocol say', () => {
    expect(originOf('RTMP://user@Host.example/live')).toBe(originOf('rtmp://host.example:1935/other?x=1'))
    expect(originOf('rtmp://host')).not.toBe(originOf('rtmps://host'))
    expect(originOf('http://[::1]:80/')).toBe(originOf('http://[::1]/'))
    expect(originOf('https://evil.example\\@host/')).not.toBe(originOf('https://host/'))
    expect(originOf('https:/host/')).not.toBe(originOf('https://host/'))
    expect(originOf('/srv/a.mp4')).toBeUndefined()
  })

  it('is called with user and password as a header', () => {
    expect(fetchable('https://me:wo%20rd@cam.example/a?b=c')).toEqual({
      url: 'https://cam.example/a?b=c',
      headers: { authorization: `Basic ${Buffer.from('me:wo rd').toString('base64')}` },
    })
    expect(fetchable('https://cam.example/a')).toEqual({ url: 'https://cam.example/a', headers: {} })
  })

  it('is masked in what other programs say', () => {
    const given = 'https://me:wo%20rd@cam.example/live.m3u8?token=abcdef'
    expect(maskUrlsIn("Failed to open 'https://cdn.example/seg1.ts?sig=xyz' of https://a:b@c/, retrying", given)).toBe(
      "Failed to open 'https://cdn.example/seg1.ts?sig=***' of https://***@c/, retrying",
    )
    expect(maskUrlsIn('GET /live.m3u8?token=abcdef refused for wo rd', given)).toBe('GET /live.m3u8?token=*** refused for ***')
    expect(maskUrlsIn('HTTP error 404', given)).toBe('HTTP error 404')
  })
})
