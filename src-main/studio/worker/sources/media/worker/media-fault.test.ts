import { describe, expect, it } from 'vitest'
import { plainly } from './media-fault.ts'

describe('why a stream is away, in words for people', () => {
  it('leaves out what FFmpeg adds about its own connection', () => {
    expect(plainly('Connection refused (Cannot open connection tcp://127.0.0.1:1?tcp_nodelay=***')).toBe('Connection refused')
    expect(plainly('Connection timed out (Connection to tcp://192.0.2.1:1935?tcp_nodelay=0 failed: Connection timed out)')).toBe(
      'Connection timed out',
    )
    expect(plainly('Server error: [play.not_live] The stream is not live')).toBe('nobody publishes it now')
    expect(plainly('Immediate exit requested')).toBe('nothing comes')
    expect(plainly('Invalid data found when processing input')).toBe('Invalid data found when processing input')
  })
})
