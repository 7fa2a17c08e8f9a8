import { expect, it } from 'vitest'
import { isPublicName } from './strict-transport.ts'

it.each(['live.example.com', 'LIVE.Example.com:8443', 'example.org.', 'xn--bcher-kva.example.net'])(
  'takes %s for a public name',
  (name) => {
    expect(isPublicName(name)).toBe(true)
  },
)

it.each([
  undefined,
  '',
  'studio',
  'studio:8443',
  '127.0.0.1',
  '192.168.1.5:8443',
  '203.0.113.7',
  '[2001:db8::1]:8443',
  'localhost',
  'app.localhost',
  'studio.local',
  'studio.lan',
  'nas.home.arpa',
  'a.internal:8443',
  'live.example',
])('takes %s for no public name', (name) => {
  expect(isPublicName(name)).toBe(false)
})
