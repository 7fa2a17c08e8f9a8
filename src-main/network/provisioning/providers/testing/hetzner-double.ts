import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface DoubleServer {
  readonly id: number
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly userData: string
}

/** It, while it runs. */
export type HetznerDouble = Awaited<ReturnType<typeof startHetznerDouble>>

/**
 * A double of the part of Hetzner Cloud's API that the adapter uses, with answers as they are documented: fields that it does not read,
 * pages, errors, rate limits. It is no Hetzner Cloud: nothing here has been compared with the real one.
 */
export async function startHetznerDouble(token: string) {
  const servers = new Map<number, DoubleServer>()
  const requests: string[] = []
  let nextId = 42
  /** Answers of the next requests, in place of the documented ones. */
  const faults: { readonly status: number; readonly body: unknown }[] = []
  const error = (status: number, code: string, message: string) => ({ status, body: { error: { code, message, details: null } } })
  const answer = (method: string, url: URL, body: Record<string, unknown>): { status: number; body: unknown } => {
    const page = Number(url.searchParams.get('page') ?? 1)
    const perPage = Number(url.searchParams.get('per_page') ?? 25)
    const paged = (name: string, all: readonly unknown[]) => {
      const last = Math.max(1, Math.ceil(all.length / perPage))
      return {
        status: 200,
        body: {
          [name]: all.slice((page - 1) * perPage, page * perPage),
          meta: {
            pagination: {
              ...{ page, per_page: perPage, previous_page: page > 1 ? page - 1 : null, next_page: page < last ? page + 1 : null },
              ...{ last_page: last, total_entries: all.length },
            },
          },
        },
      }
    }
    const path = url.pathname.replace(/^\/v1/, '')
    if (method === 'GET' && path === '/pricing')
      return { status: 200, body: { pricing: { currency: 'EUR', vat_rate: '19.00', server_types: [] } } }
    if (method === 'GET' && path === '/locations') return paged('locations', locations)
    if (method === 'GET' && path === '/server_types') return paged('server_types', serverTypes)
    if (method === 'GET' && path === '/servers') {
      const [label, value] = (url.searchParams.get('label_selector') ?? '').split('=')
      const chosen = [...servers.values()].filter(({ labels }) => label === undefined || labels[label] === value)
      return paged('servers', chosen.map(described))
    }
    if (method === 'POST' && path === '/servers') {
      const { name, server_type: type, image, location } = body
      if (typeof name !== 'string' || !/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(name))
        return error(422, 'invalid_input', "invalid input in field 'name'")
      if ([...servers.values()].some((server) => server.name === name)) return error(409, 'uniqueness_error', 'server name is already used')
      if (!serverTypes.some((each) => each.name === type)) return error(404, 'not_found', `server type "${type}" not found`)
      if (image !== 'debian-12' || !locations.some((each) => each.name === location))
        return error(404, 'not_found', 'image or location not found')
      const server = { id: nextId++, name, labels: body.labels as Record<string, string>, userData: String(body.user_data) }
      servers.set(server.id, server)
      return {
        status: 201,
        body: {
          server: { ...described(server), status: 'initializing' },
          action: { id: 1, command: 'create_server', status: 'running', progress: 0, error: null },
          ...{ next_actions: [], root_password: 'YItygq1v3GYjjMomLaKc' },
        },
      }
    }
    const id = Number(/^\/servers\/(\d+)$/.exec(path)?.[1])
    if (method === 'DELETE' && !Number.isNaN(id)) {
      if (!servers.delete(id)) return error(404, 'not_found', `server with ID '${id}' not found`)
      return { status: 200, body: { action: { id: 2, command: 'delete_server', status: 'running', progress: 0, error: null } } }
    }
    return error(404, 'not_found', 'not found')
  }
  const server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      requests.push(`${request.method} ${request.url}`)
      const isKnown = request.headers.authorization === `Bearer ${token}`
      const made = !isKnown
        ? error(401, 'unauthorized', 'unable to authenticate')
        : (faults.shift() ?? answer(request.method ?? '', new URL(request.url ?? '', 'http://double'), body))
      response.writeHead(made.status, { 'content-type': 'application/json' }).end(JSON.stringify(made.body))
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    servers,
    requests,
    faults,
    error,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const locations = [
  {
    id: 1,
    name: 'fsn1',
    description: 'Falkenstein DC Park 1',
    country: 'DE',
    city: 'Falkenstein',
    latitude: 50.47,
    longitude: 12.37,
    network_zone: 'eu-central',
  },
  {
    id: 5,
    name: 'ash',
    description: 'Ashburn, VA',
    country: 'US',
    city: 'Ashburn, VA',
    latitude: 39.04,
    longitude: -77.48,
    network_zone: 'us-east',
  },
]

const price = (location: string, hourly: string) => ({
  location,
  price_hourly: { net: '0.0050000000', gross: hourly },
  price_monthly: { net: '3.2900000000', gross: '3.9151000000' },
  ...{ included_traffic: 21_990_232_555_520, price_per_tb_traffic: { net: '1.0000000000', gross: '1.1900000000' } },
})

const serverType = (id: number, name: string, architecture: string, deprecation: object | null, locationsOf: readonly string[]) => ({
  ...{ id, name, description: name.toUpperCase(), cores: 2, memory: 4, disk: 40, storage_type: 'local', cpu_type: 'shared', architecture },
  ...{ deprecated: deprecation !== null, deprecation, prices: locationsOf.map((location) => price(location, '0.0059500000')) },
})

const serverTypes = [
  serverType(22, 'cx22', 'x86', null, ['fsn1']),
  serverType(45, 'cax11', 'arm', null, ['fsn1']),
  serverType(1, 'cx11', 'x86', { announced: '2024-06-06T00:00:00Z', unavailable_after: '2024-09-06T00:00:00Z' }, ['fsn1']),
  // more than a page
  ...Array.from({ length: 60 }, (_, index) => serverType(100 + index, `cpx${index}`, 'x86', null, ['fsn1', 'ash'])),
]

const described = ({ id, name, labels }: DoubleServer) => ({
  ...{ id, name, labels, status: 'running', created: '2026-01-30T23:55:00+00:00', private_net: [], locked: false },
  public_net: {
    ipv4: { id, ip: `198.51.100.${id % 250}`, blocked: false, dns_ptr: 'static.198.51.100.1.clients.example' },
    ipv6: { id, ip: `2001:db8:${id}::/64`, blocked: false, dns_ptr: [] },
    ...{ floating_ips: [], firewalls: [] },
  },
})

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
