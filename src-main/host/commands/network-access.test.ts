import { expect, it } from 'vitest'
import { readTarget } from './network-access.ts'

it('reads user, host and port', () => {
  expect(readTarget('root@edge.example.com')).toEqual({ user: 'root', host: 'edge.example.com', port: 22 })
  expect(readTarget('alex@203.0.113.7:2222')).toEqual({ user: 'alex', host: '203.0.113.7', port: 2222 })
  expect(readTarget('root@[2001:db8::1]:2222')).toEqual({ user: 'root', host: '2001:db8::1', port: 2222 })
  for (const text of ['edge.example.com', 'root@', '@host', 'a b@host', 'root@host:', 'root@host:x', 'a@b@c'])
    expect(() => readTarget(text), text).toThrow(expect.objectContaining({ code: 'command.invalid' }))
})
