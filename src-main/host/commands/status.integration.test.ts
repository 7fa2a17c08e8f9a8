import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createProgram } from '../program.ts'

/** `streams status --qr` against a host that answers with this link. */
async function statusQr(link: string, ...more: string[]): Promise<{ out: string; errors: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ url: link, expiresAt: '2026-11-23T12:10:00.000Z' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const program = createProgram({
    environment: { STREAMS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, STREAMS_TOKEN: 'secret' },
    stdout,
    stderr,
    untilStopped: () => Promise.resolve('system' as const),
    exit: () => undefined,
  })
  await program.parseAsync(['status', '--qr', ...more], { from: 'user' })
  return { out: String(stdout.read() ?? ''), errors: String(stderr.read() ?? ''), asked }
}

describe('the page on a phone', () => {
  const link = 'https://live.example.com/#link=a-one-time-secret'

  it('opens by a QR code of a one-time sign-in link', async () => {
    const { out, asked } = await statusQr(link)
    expect(asked).toEqual(['POST /api/v1/tokens/link'])
    expect(out).toContain(link)
    const code = out.split('\n').filter((line) => /^[█▀▄ ]{20,}$/.test(line))
    // Two modules to a letter, and a border on each side: version 3 or 4 of QR codes takes such a link.
    expect(new Set(code.map((line) => line.length)).size).toBe(1)
    expect([29 + 4, 33 + 4]).toContain(code[0]!.length)
    expect(code.length).toBe(Math.ceil(code[0]!.length / 2))
    expect(JSON.parse((await statusQr(link, '--json')).out)).toEqual({ signIn: { url: link, expiresAt: '2026-11-23T12:10:00.000Z' } })
  })

  it('is not offered where the host listens on this machine alone', async () => {
    const { out, errors } = await statusQr('http://127.0.0.1:8080/#link=a-one-time-secret')
    expect(out).toBe('')
    expect(errors).toContain('(host.local_only)')
    expect(errors).not.toContain('secret')
  })
})
