import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { canonicalIp, inodeOf, parseSocketTable } from './socket-table.ts'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:A2C4 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
   2: nonsense
`
const table6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:2012 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 815 2 0
   1: B80D0120000000000000000001000000:2013 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 816 2 0
`

describe('tables of sockets', () => {
  it('are read with IP addresses, ports and who listens; what is no socket is left out', () => {
    expect(parseSocketTable(table, 'tcp')).toEqual([
      { transport: 'tcp', address: '127.0.0.1', port: 8080, listening: true, inode: '4711' },
      { transport: 'tcp', address: '127.0.0.1', port: 8080, listening: false, inode: '4712' },
    ])
    expect(parseSocketTable(table6, 'udp')).toEqual([
      { transport: 'udp', address: '::1', port: 8210, listening: true, inode: '815' },
      { transport: 'udp', address: '2001:db8::1', port: 8211, listening: true, inode: '816' },
    ])
    expect(parseSocketTable('', 'tcp')).toEqual([])
  })

  it('compare IP addresses however they are written', () => {
    expect(canonicalIp('[2001:DB8:0:0::1]')).toBe('2001:db8::1')
    expect(canonicalIp('127.0.0.1')).toBe('127.0.0.1')
    expect(canonicalIp('localhost')).toBe('localhost')
    expect([inodeOf('socket:[12]'), inodeOf('/dev/null')]).toEqual(['12', undefined])
  })

  it.skipIf(process.platform !== 'linux')('of the system have what this process listens on', async () => {
    const { readFileSync } = await import('node:fs')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const found = parseSocketTable(readFileSync('/proc/self/net/tcp', 'latin1'), 'tcp').filter((one) => one.port === port && one.listening)
    expect(found).toMatchObject([{ address: '127.0.0.1', listening: true }])
    server.close()
  })
})
