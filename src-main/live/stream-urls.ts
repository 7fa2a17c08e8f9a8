import type { PublishUrls } from './schemas.ts'

/** The URLs at which a client reaches the host; every URL in an answer is built from them. */
export interface UrlBase {
  /** `http://HOST:PORT` as the client used it, or empty for URLs relative to it. */
  readonly baseUrl: string
  /** Put before media URLs in place of `baseUrl`; empty for none. */
  readonly cdnPrefix: string
  readonly rtmpPort: number
  /** Undefined where RTMPS is off. */
  readonly rtmpsPort: number | undefined
  /** Undefined where SRT is off. */
  readonly srtPort: number | undefined
}

export interface StreamUrls {
  readonly watchUrl: string
  readonly hlsUrl: string
  readonly dashUrl: string
  readonly rtmpUrl: string
  /** Null where SRT is off. */
  readonly srtUrl: string | null
  readonly pictureUrl: string
}

/** URLs to watch a stream at. Images come from the host itself: they change each second, so a CDN is of no use for them. */
export function streamUrls(name: string, base: UrlBase): StreamUrls {
  const own = trim(base.baseUrl)
  const media = base.cdnPrefix === '' ? own : trim(base.cdnPrefix)
  return {
    watchUrl: `${own}/watch/${name}`,
    hlsUrl: `${media}/live/${name}/index.m3u8`,
    dashUrl: `${media}/live/${name}/manifest.mpd`,
    rtmpUrl: `rtmp://${authority(base, base.rtmpPort, 1935)}/live/${name}`,
    srtUrl: base.srtPort === undefined ? null : `${srtServerOf(base, base.srtPort)}?streamid=play:${name}`,
    pictureUrl: `${own}/live/${name}/keyframe.mp4`,
  }
}

/** URLs to publish to; they contain the key if it was just created. */
export function publishUrls(base: UrlBase, key?: string): PublishUrls {
  const rtmpServer = `rtmp://${authority(base, base.rtmpPort, 1935)}/live`
  const srtServer = base.srtPort === undefined ? null : srtServerOf(base, base.srtPort)
  return {
    rtmpServer,
    srtServer,
    rtmpsServer: base.rtmpsPort === undefined ? null : `rtmps://${authority(base, base.rtmpsPort, 443)}/live`,
    ...(key === undefined
      ? undefined
      : {
          key,
          ...(srtServer === null ? undefined : { srtUrl: `${srtServer}?streamid=${key}` }),
          ffmpeg: `ffmpeg -re -i input.mp4 -c:v libx264 -preset veryfast -tune zerolatency -force_key_frames "expr:gte(t,n_forced*2)" -c:a aac -f flv ${rtmpServer}/${key}`,
        }),
  }
}

function authority(base: UrlBase, port: number, usual: number): string {
  let host = 'localhost'
  if (URL.canParse(base.baseUrl)) host = new URL(base.baseUrl).hostname
  return port === usual ? host : `${host}:${port}`
}

/** With a host name some callers would try IPv6 first, where nothing listens, and UDP does not report that. */
function srtServerOf(base: UrlBase, port: number): string {
  return `srt://${authority(base, port, 0)}`.replace('srt://localhost:', 'srt://127.0.0.1:')
}

function trim(address: string): string {
  return address.endsWith('/') ? address.slice(0, -1) : address
}
