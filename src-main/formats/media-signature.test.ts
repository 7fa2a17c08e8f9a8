import { describe, expect, it } from 'vitest'
import { mediaSignature } from './media-signature.ts'

const bytes = (text: string, length = 64): Uint8Array => Buffer.from(text.padEnd(length, '\0'), 'latin1')
const packets = (first: number, step: number): Uint8Array => {
  const buffer = Buffer.alloc(600)
  for (let at = first; at < buffer.length; at += step) buffer[at] = 0x47
  return buffer
}

describe('what a file is by its first bytes', () => {
  it.each([
    ['PNG', bytes('\x89PNG\r\n\x1a\n'), 'image/png'],
    ['JPEG', bytes('\xff\xd8\xff\xe0'), 'image/jpeg'],
    ['WebP', bytes('RIFF\x10\0\0\0WEBPVP8 '), 'image/webp'],
    ['BMP', bytes('BM\x36\x10\0\0\0\0\0\0'), 'image/bmp'],
    ['AVIF', bytes('\0\0\0\x1cftypavif\0\0\0\0'), 'image/avif'],
    ['AVIF with the brand of HEIF first', bytes('\0\0\0\x1cftypmif1\0\0\0\0avif'), 'image/avif'],
    ['SVG', Buffer.from('<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    ['MP4', bytes('\0\0\0\x18ftypisom\0\0\0\0'), 'video/mp4'],
    ['QuickTime', bytes('\0\0\0\x14ftypqt  '), 'video/quicktime'],
    ['audio alone in MP4', bytes('\0\0\0\x18ftypM4A '), 'audio/mp4'],
    ['Matroska', bytes('\x1a\x45\xdf\xa3\x01\0\0\0\x42\x82\x88matroska'), 'video/x-matroska'],
    ['WebM', bytes('\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm'), 'video/webm'],
    ['MPEG-TS', packets(0, 188), 'video/mp2t'],
    ['MPEG-TS with time stamps', packets(4, 192), 'video/mp2t'],
    ['AVI', bytes('RIFF\x10\0\0\0AVI LIST'), 'video/x-msvideo'],
    ['WAV', bytes('RIFF\x10\0\0\0WAVEfmt '), 'audio/wav'],
    ['MP3 with tags', bytes('ID3\x04'), 'audio/mpeg'],
    ['MP3', bytes('\xff\xfb\x90\x64'), 'audio/mpeg'],
    ['AAC', bytes('\xff\xf1\x50\x80'), 'audio/aac'],
    ['FLAC', bytes('fLaC'), 'audio/flac'],
    ['Opus', bytes('OggS\0\x02OpusHead'), 'audio/ogg'],
    ['a LUT', Buffer.from('# made by hand\nTITLE "warm"\nLUT_3D_SIZE 33\n0 0 0\n'), 'text/plain'],
  ])('knows %s', (_, head, type) => {
    expect(mediaSignature(head)?.type).toBe(type)
  })

  it.each([
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script><svg>')],
    ['a playlist that names other files', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')],
    ['a list of FFmpeg’s concat', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n")],
    ['a session description', Buffer.from('v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\n')],
    ['a program', bytes('\x7fELF\x02\x01\x01')],
    ['a ZIP', bytes('PK\x03\x04')],
    ['a script', Buffer.from('#!/bin/sh\nrm -rf /\n')],
    ['HEIC, which has no decoder here', bytes('\0\0\0\x18ftypheic')],
    ['a PDF', bytes('%PDF-1.7')],
    ['nothing', new Uint8Array(0)],
    ['a file of zeros', new Uint8Array(4096)],
    ['a file of ones', new Uint8Array(4096).fill(255)],
  ])('rejects %s', (_, head) => {
    expect(mediaSignature(head)).toBeUndefined()
  })

  it('answers any bytes without throwing', () => {
    let seed = 1
    const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648)
    for (let round = 0; round < 3000; round++) {
      const head = Uint8Array.from({ length: next() % 300 }, () => next() % 256)
      mediaSignature(head)
    }
  })
})
