import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

/** How the certificate of an ACME authority is, as people see it. */
export const AcmeStatusSchema = Type.Object({
  names: Type.Array(Type.String()),
  state: Type.Union([Type.Literal('ordering'), Type.Literal('valid'), Type.Literal('failed')], {
    description: 'ordering: also while it is renewed; failed: the last order failed, a former certificate may still be valid',
  }),
  expiresAt: Type.Union([Type.String(), Type.Null()], { description: 'null where there is no certificate yet' }),
  nextAt: Type.Union([Type.String(), Type.Null()], { description: 'when the next order starts' }),
  problem: Type.Union([Type.Object({ code: Type.String(), message: Type.String(), remedy: Type.String() }), Type.Null()]),
})
export type AcmeStatus = Static<typeof AcmeStatusSchema>

/** In the folder of the certificate: for commands that run beside the host. */
export const acmeStatusFile = 'status.json'

/** What a host or node wrote last; undefined where there is nothing. `tlsDir` is where it keeps its certificates. */
export function readAcmeStatus(tlsDir: string): AcmeStatus | undefined {
  try {
    const status: unknown = JSON.parse(readFileSync(join(tlsDir, 'acme', acmeStatusFile), 'utf8'))
    return Value.Check(AcmeStatusSchema, status) ? status : undefined
  } catch {
    return undefined
  }
}
