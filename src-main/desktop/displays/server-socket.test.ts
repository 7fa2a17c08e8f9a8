import { describe, expect, it } from 'vitest'
import { isSameServer, socketOf } from './server-socket.ts'

describe('the socket of an X server', () => {
  it('is found by what DISPLAY says', () => {
    const names = [':0', ':0.1', 'unix:7', 'machine/unix:12.0', '/run/x0', '192.0.2.1:0', 'machine:0', '']
    const unknown = undefined
    const folder = '/tmp/.X11-unix'
    expect(names.map(socketOf)).toEqual([
      `${folder}/X0`,
      `${folder}/X0`,
      `${folder}/X7`,
      `${folder}/X12`,
      '/run/x0',
      unknown,
      unknown,
      unknown,
    ])
  })

  it('is the same by number and by path', () => {
    expect(isSameServer(':4711', '/tmp/.X11-unix/X4711')).toBe(true)
    expect(isSameServer(':04711.0', ':4711')).toBe(true)
    expect(isSameServer(':4711', ':4712')).toBe(false)
    expect(isSameServer('machine:0', ':0')).toBe(false)
  })
})
