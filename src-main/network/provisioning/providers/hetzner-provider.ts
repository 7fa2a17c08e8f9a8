import { type Static, type TSchema, Type } from 'typebox'
import Value from 'typebox/value'
import { AppError } from '../../../platform/errors.ts'
import type { Offers, Provider, ProviderMachine } from './provider.ts'

export const hetznerUrl = 'https://api.hetzner.cloud/v1'
const image = 'debian-12'
const label = 'ami-streams-owner'
const pageSize = 50
const maxPages = 40
const maxAnswerBytes = 8 << 20
/** Documented limit of `user_data`, bytes. */
const maxUserDataBytes = 32 * 1024
/** Requests that were too many are repeated after this time, ms, and so often. */
const [againMs, maxAgain] = [2000, 3]

const Price = Type.Object({ location: Type.String(), price_hourly: Type.Object({ gross: Type.String() }) })
const Pages = Type.Object({ pagination: Type.Object({ next_page: Type.Union([Type.Integer(), Type.Null()]) }) })
const ServerSchema = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  public_net: Type.Object({
    ipv4: Type.Union([Type.Object({ ip: Type.String() }), Type.Null()]),
    ipv6: Type.Union([Type.Object({ ip: Type.String() }), Type.Null()]),
  }),
})
const ServersSchema = Type.Object({ servers: Type.Array(ServerSchema), meta: Pages })
const CreatedSchema = Type.Object({ server: ServerSchema })
const LocationsSchema = Type.Object({
  locations: Type.Array(Type.Object({ name: Type.String(), city: Type.String(), country: Type.String() })),
  meta: Pages,
})
const TypesSchema = Type.Object({
  server_types: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      architecture: Type.String(),
      cores: Type.Integer(),
      memory: Type.Number({ description: 'GB' }),
      deprecation: Type.Optional(Type.Unknown()),
      prices: Type.Array(Price),
    }),
  ),
  meta: Pages,
})
const PricingSchema = Type.Object({ pricing: Type.Object({ currency: Type.String() }) })
const FaultSchema = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) })

/**
 * Hetzner Cloud by its public API, version 1 (https://docs.hetzner.cloud/reference/cloud). Machines have Debian 12, IPv4 and IPv6.
 *
 * @param owner value of the label by which machines of this host are found
 * @param url base of the API, without a slash at its end
 */
export function hetznerProvider(token: string, owner: string, url: string = hetznerUrl): Provider {
  const ask = async <Schema extends TSchema>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    schema: Schema,
    signal: AbortSignal,
    body?: object,
  ): Promise<Static<Schema> | undefined> => {
    for (let again = 0; ; again++) {
      const { status, value } = await request({ method, url: `${url}${path}`, token, signal, body })
      if (status === 404 && method === 'DELETE') return undefined
      if (status === 429 && again < maxAgain) {
        await new Promise((resolve) => setTimeout(resolve, againMs * 2 ** again))
        signal.throwIfAborted()
        continue
      }
      if (status >= 400) {
        const said = Value.Check(FaultSchema, value) ? `${value.error.message} (${value.error.code})` : `status ${status}`
        throw new AppError(status < 500 ? 'network.provider_rejected' : 'network.provider_failed', `Hetzner Cloud: ${said.slice(0, 500)}`)
      }
      const [wrong] = Value.Errors(schema, value)
      if (wrong !== undefined)
        throw new AppError(
          'network.provider_failed',
          `Hetzner Cloud answered ${path} otherwise than documented: ${wrong.instancePath} ${wrong.message}`,
        )
      return value as Static<Schema>
    }
  }
  /** All pages of a list. */
  const all = async <Schema extends typeof ServersSchema | typeof TypesSchema | typeof LocationsSchema>(
    path: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<readonly Static<Schema>[]> => {
    const pages: Static<Schema>[] = []
    for (let page: number | null = 1; page !== null && pages.length < maxPages; ) {
      const answer = (await ask(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}page=${page}&per_page=${pageSize}`,
        schema,
        signal,
      )) as Static<Schema>
      pages.push(answer)
      page = answer.meta.pagination.next_page
    }
    return pages
  }
  return {
    async offers(signal): Promise<Offers> {
      const [types, locations, pricing] = await Promise.all([
        all('/server_types', TypesSchema, signal),
        all('/locations', LocationsSchema, signal),
        ask('GET', '/pricing', PricingSchema, signal),
      ])
      return {
        currency: pricing?.pricing.currency ?? 'EUR',
        regions: locations.flatMap((page) =>
          page.locations.map(({ name, city, country }) => ({ name, description: `${city}, ${country}` })),
        ),
        sizes: types.flatMap((page) =>
          page.server_types.flatMap(({ name, description, architecture, cores, memory, deprecation, prices }) =>
            // what is deprecated can soon not be ordered any more
            deprecation
              ? []
              : {
                  ...{ name, description, cpus: cores, memoryMb: Math.round(memory * 1024) },
                  architecture: architecture === 'arm' ? ('arm64' as const) : ('x64' as const),
                  prices: prices.map(({ location, price_hourly }) => ({ region: location, perHour: Number(price_hourly.gross) })),
                },
          ),
        ),
      }
    },
    async list(signal) {
      const pages = await all(`/servers?label_selector=${encodeURIComponent(`${label}=${owner}`)}`, ServersSchema, signal)
      return pages.flatMap(({ servers }) => servers.map(machineOf))
    },
    async create({ name, size, region, userData }, signal) {
      if (Buffer.byteLength(userData) > maxUserDataBytes)
        throw new AppError('network.provider_rejected', `User data of more than ${maxUserDataBytes >> 10} KiB`)
      const made = await ask('POST', '/servers', CreatedSchema, signal, {
        ...{ name, server_type: size, location: region, image, user_data: userData, start_after_create: true },
        labels: { [label]: owner },
        public_net: { enable_ipv4: true, enable_ipv6: true },
      })
      return machineOf((made as Static<typeof CreatedSchema>).server)
    },
    async destroy(id, signal) {
      await ask('DELETE', `/servers/${encodeURIComponent(id)}`, Type.Unknown(), signal)
    },
  }
}

const machineOf = ({ id, name, public_net: { ipv4, ipv6 } }: Static<typeof ServerSchema>): ProviderMachine => ({
  ...{ id: String(id), name },
  // the first IP address of its network
  addresses: [...(ipv4 === null ? [] : [ipv4.ip]), ...(ipv6 === null ? [] : [ipv6.ip.replace(/::\/\d+$/, '::1')])],
})

async function request({
  method,
  url,
  token,
  signal,
  body,
}: {
  readonly method: string
  readonly url: string
  readonly token: string
  readonly signal: AbortSignal
  readonly body: object | undefined
}): Promise<{ readonly status: number; readonly value: unknown }> {
  try {
    const answer = await fetch(url, {
      ...{ method, signal, redirect: 'error' },
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of answer.body ?? []) {
      bytes += part.length
      if (bytes > maxAnswerBytes) throw new Error('the answer is too long')
      parts.push(part)
    }
    const text = Buffer.concat(parts).toString('utf8')
    return { status: answer.status, value: parse(text) }
  } catch (cause) {
    const { message, cause: below } = cause as Error
    const why = below instanceof Error ? `${message}: ${below.message}` : message
    throw new AppError('network.provider_failed', `Hetzner Cloud cannot be reached: ${why}`, { cause })
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return null
  }
}
