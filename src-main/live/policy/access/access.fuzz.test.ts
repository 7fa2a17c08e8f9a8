import { expect, it } from 'vitest'
import { integersFrom } from '../../../formats/testing/random.ts'
import { AppError } from '../../../platform/errors.ts'
import { issueToken, readGrant, type UsableKey } from './grants.ts'
import { compileIpRules } from './ip-rules.ts'
import { readUrlToken, signUrl, writeUrlToken } from './signed-url.ts'

const runs = 300 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 17))

const letters = 'h~.-_0aZ=%@/\\ \u0000é💥'
const key = { id: 'k1', kind: 'hmac', label: 'x', createdAt: '', secret: 'secret-of-thirty-two-characters!' } as unknown as UsableKey
const nowMs = 1_800_000_000_000

function broken(text: string): string {
  let made = text
  for (let count = 1 + random(4); count > 0; count--) {
    const at = random(made.length + 1)
    made = random(3) === 0 ? made.slice(0, at) : made.slice(0, at) + letters[random(letters.length)] + made.slice(at + random(3))
  }
  return made
}

it('no change to a token opens a stream, and every rejection has its code', async () => {
  const expires = nowMs / 1000 + 60
  const signed = writeUrlToken({ keyId: 'k1', expires, signature: signUrl(key.secret as string, { stream: 'cam', expires }) })
  const token = await issueToken(key, { stream: 'cam', expires })
  for (const good of [signed, token]) expect((await readGrant(good, 'cam', [key], nowMs)).untilMs).toBe(expires * 1000)
  for (let run = 0; run < runs; run++) {
    const good = run % 2 ? signed : token
    const text = broken(good)
    if (text === good) continue
    readUrlToken(text)
    const rejection = await readGrant(text, 'cam', [key], nowMs).catch((error: unknown) => error)
    // Bits beyond the last whole byte of base64url may differ without a difference.
    if (!(rejection instanceof Error) && text.length === good.length && text.slice(0, -1) === good.slice(0, -1)) continue
    expect(rejection, text).toBeInstanceOf(AppError)
    expect((rejection as AppError).code).toMatch(/^play\.token_/)
  }
})

it('no line makes the rules of IP addresses throw anything but their own error', () => {
  const lines = ['10.0.0.0/8', '::1/128', '192.168.1.7', 'fe80::/10', '::ffff:1.2.3.4']
  for (let run = 0; run < runs; run++) {
    try {
      compileIpRules({ allow: [broken(lines[random(lines.length)] as string)], deny: [broken(lines[random(lines.length)] as string)] })
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
    }
  }
})
