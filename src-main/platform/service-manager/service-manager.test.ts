import { describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import type { BoundSocket } from '../net/socket-table.ts'
import { readPassedSockets } from './passed-sockets.ts'
import { chooseSockets, type OfferedSocket, type WantedListeners } from './socket-choice.ts'

describe('sockets that a service manager passes', () => {
  const passed = (more: Record<string, string>) => readPassedSockets({ LISTEN_PID: '7', ...more }, 7)

  it('are read with their names, from descriptor 3 on', () => {
    expect(passed({ LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:kept-srt' })).toEqual([
      { name: 'http', fd: 3 },
      { name: 'kept-srt', fd: 4 },
    ])
    expect(passed({ LISTEN_FDS: '0' })).toEqual([])
  })

  it('are nobody’s where they were passed to another process', () => {
    const environment = { LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:rtmp' }
    expect(readPassedSockets({ ...environment, LISTEN_PID: '8' }, 7)).toEqual([])
    expect(readPassedSockets(environment, 7)).toEqual([])
  })

  it.each([
    [{ LISTEN_FDS: '-1' }, 'LISTEN_FDS is "-1"'],
    [{ LISTEN_FDS: '17' }, 'at most 16'],
    [{ LISTEN_FDS: '1e1' }, 'LISTEN_FDS is "1e1"'],
    [{ LISTEN_FDS: '9'.repeat(300) }, 'at most 16'],
    [{ LISTEN_FDS: '2', LISTEN_FDNAMES: 'http' }, 'LISTEN_FDNAMES has 1 names for 2 sockets'],
    [{ LISTEN_FDS: '1' }, 'LISTEN_FDNAMES has 0 names for 1 sockets'],
  ])('are rejected where the variables make no sense: %o', (more, message) => {
    expect(() => passed(more as unknown as Record<string, string>)).toThrow(message)
  })
})

describe('the choice of what listens on which socket', () => {
  const wanted: WantedListeners = { bind: '127.0.0.1', ports: { http: 8080, https: 'off', rtmp: 0, rtmps: 1936, srt: 8890 } }
  const bound = (port: number, more: Partial<BoundSocket> = {}): BoundSocket => ({
    transport: 'tcp',
    address: '127.0.0.1',
    port,
    listening: true,
    inode: '1',
    ...more,
  })
  const offer = (name: string, at: BoundSocket | undefined, fd = 3): OfferedSocket => ({ name, fd, bound: at })
  const choose = (...offered: OfferedSocket[]) => {
    const { use, release } = chooseSockets(offered, wanted)
    return { use: Object.fromEntries(use), release: release.map(({ name }) => name) }
  }

  it('uses kept sockets while options say the same, and releases the others', () => {
    expect(
      choose(
        offer('kept-http', bound(8080), 3),
        offer('kept-rtmp', bound(40_001), 4),
        offer('kept-rtmps', bound(1937), 5),
        offer('kept-https', bound(8443), 6),
        offer('kept-srt', bound(8890, { transport: 'udp' }), 7),
        offer('kept-old', bound(1), 8),
      ),
    ).toEqual({
      use: { http: { fd: 3, port: 8080 }, rtmp: { fd: 4, port: 40_001 }, srt: { fd: 7, port: 8890 } },
      release: ['kept-rtmps', 'kept-https', 'kept-old'],
    })
    expect(choose(offer('kept-http', bound(8080, { address: '0.0.0.0' })), offer('kept-srt', bound(8890)))).toEqual({
      use: {},
      release: ['kept-http', 'kept-srt'],
    })
  })

  it('uses the socket of a unit at its own port, before a kept one', () => {
    expect(choose(offer('kept-http', bound(8080), 3), offer('http', bound(80), 4))).toEqual({
      use: { http: { fd: 4, port: 80 } },
      release: ['kept-http'],
    })
  })

  it.each([
    ['an unknown name', [offer('web', bound(8080))], 'named "web": the names are http, https, rtmp, rtmps, srt'],
    ['a name with control characters', [offer('\u001b[2J', bound(8080))], 'named "?'],
    ['two of one name', [offer('http', bound(80)), offer('http', bound(81))], 'two sockets named "http"'],
    ['a listener that is off', [offer('https', bound(443))], 'option httpsPort is off'],
    ['UDP in place of TCP', [offer('http', bound(80, { transport: 'udp' }))], 'no TCP socket that listens'],
    ['TCP in place of UDP', [offer('srt', bound(80))], 'no UDP socket that listens'],
    ['a connection', [offer('http', bound(80, { listening: false }))], 'no TCP socket that listens'],
    ['a file or Unix socket', [offer('http', undefined)], 'no TCP socket that listens'],
    [
      'a socket wider than option bind',
      [offer('http', bound(80, { address: '0.0.0.0' }))],
      'listens on 0.0.0.0, option bind says 127.0.0.1',
    ],
  ])('rejects %s', (_what, offered, message) => {
    expect(() => choose(...offered)).toThrow(AppError)
    expect(() => choose(...offered)).toThrow(message)
  })
})
