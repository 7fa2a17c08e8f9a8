import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { findDigest, handshakeNames, ServerHandshake, sign } from './rtmp-handshake.ts'

function clientHello(scheme?: number): Buffer {
  const hello = randomBytes(1537)
  hello[0] = 3
  hello.writeUInt32BE(scheme === undefined ? 0 : 0x80000702, 5)
  if (scheme !== undefined) sign(hello.subarray(1), scheme, handshakeNames.client)
  return hello
}

describe('the RTMP handshake', () => {
  it('answers a simple client with an echo of its C1', () => {
    const handshake = new ServerHandshake()
    const hello = clientHello()
    expect(handshake.push(hello, 0, hello.length)).toBe(1537)
    expect(handshake.form).toBe('simple')
    expect(handshake.reply?.length).toBe(3073)
    expect(handshake.reply?.subarray(1537).equals(hello.subarray(1))).toBe(true)
    expect(handshake.done).toBe(false)
  })

  it.each([0, 1])('signs its answer to a client that signed by scheme %i', (scheme) => {
    const handshake = new ServerHandshake()
    const hello = clientHello(scheme)
    handshake.push(hello, 0, hello.length)
    expect(handshake.form).toBe('digest')
    const reply = handshake.reply!
    expect(findDigest(reply.subarray(1, 1537), handshakeNames.server)?.scheme).toBe(scheme)
    const fullKey = Buffer.concat([
      handshakeNames.server,
      Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex'),
    ])
    const key = createHmac('sha256', fullKey)
      .update(findDigest(hello.subarray(1), handshakeNames.client)!.digest)
      .digest()
    const s2 = reply.subarray(1537)
    expect(createHmac('sha256', key).update(s2.subarray(0, 1504)).digest().equals(s2.subarray(1504))).toBe(true)
  })

  it('takes its bytes in any cuts and leaves what follows', () => {
    const handshake = new ServerHandshake()
    const bytes = Buffer.concat([clientHello(1), randomBytes(1536), Buffer.from('rest')])
    let position = 0
    while (!handshake.done) {
      const next = handshake.push(bytes, position, Math.min(bytes.length, position + 700))
      expect(isFault(next)).toBe(false)
      position = next as number
    }
    expect(bytes.subarray(position).toString()).toBe('rest')
  })

  it('rejects another protocol at its first byte', () => {
    expect(isFault(new ServerHandshake().push(Buffer.from('GET / HTTP/1.1'), 0, 14))).toBe(true)
  })
})
