import { expect, it } from 'vitest'
import { readUdpUrl } from './udp-url.ts'

it('URLs of UDP inputs are read, and nothing else is', () => {
  expect(readUdpUrl('udp://@239.1.2.3:5000')).toEqual({ local: undefined, group: '239.1.2.3', port: 5000, family: 4 })
  expect(readUdpUrl('udp://@239.1.2.3:5000?localaddr=10.0.0.2')).toEqual({
    local: '10.0.0.2',
    group: '239.1.2.3',
    port: 5000,
    family: 4,
  })
  expect(readUdpUrl('udp://127.0.0.1:5000')).toEqual({ local: '127.0.0.1', group: undefined, port: 5000, family: 4 })
  expect(readUdpUrl('udp://@:5000')).toEqual({ local: undefined, group: undefined, port: 5000, family: 4 })
  expect(readUdpUrl('udp://@[ff02::1]:5000')).toEqual({ local: undefined, group: 'ff02::1', port: 5000, family: 6 })
  for (const wrong of [
    '',
    'udp://',
    'udp://:0',
    'udp://:70000',
    'rtp://:5000',
    'udp://host:5000',
    'udp://300.1.1.1:5',
    'udp://@239.1.1.1:5?localaddr=[::1]',
  ])
    expect(readUdpUrl(wrong)).toBeUndefined()
})
