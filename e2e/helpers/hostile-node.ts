import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningNode, startNode } from './edge-node.ts'
import { GullibleOrigin } from './gullible-origin.ts'
import { type RunningHost, startHost } from './host.ts'
import { until } from './until.ts'

/** A node with nginx before it, its host, and a site `shop.example` at an origin that believes everything. */
export interface HostileNode {
  readonly host: RunningHost
  readonly node: RunningNode
  readonly shop: GullibleOrigin
  /** The origin of `other.example`. */
  readonly other: GullibleOrigin
  readonly folder: string
  /** Starts another node, without nginx. */
  bare(): Promise<RunningNode>
  /** Sends a request to the node as bytes, over a connection of its own. Resolves with all that comes until the node closes it. */
  send(text: string): Promise<string>
  /** The same for an ordinary one to the shop: `more` are lines of headers, each with its CRLF. */
  get(target: string, more?: string, host?: string): Promise<HostileAnswer>
  stop(): Promise<void>
}

export interface HostileAnswer {
  readonly status: number
  readonly cache: string | undefined
  readonly head: string
  readonly body: string
}

/** Starts all of it, on loopback. @param rules of both sites, as `edge.yaml` has them */
export async function startHostileNode(name: string, rules: { readonly shop: object[]; readonly other: object[] }): Promise<HostileNode> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  // nginx's workers are another user where the node is root.
  chmodSync(folder, 0o755)
  const host = await startHost({ name })
  const [shop, other] = [await GullibleOrigin.open(), await GullibleOrigin.open()]
  const file = join(folder, 'edge.json')
  const sites = Object.entries({ shop, other }).map(([site, { url }]) => ({
    ...{ name: site, hosts: [`${site}.example`], origins: [{ url }], originHost: `${site}.origin.example` },
    rules: rules[site as keyof typeof rules],
  }))
  writeFileSync(file, JSON.stringify({ sites }))
  const start = async (id: string, more: Partial<Parameters<typeof startNode>[0]>) =>
    await startNode({
      ...{ origin: host.http, token: (await host.api('POST', '/network/join-tokens', {})).body.token, httpsPort: 0 },
      ...{ name: `${name}-${id}`, dataDir: join(folder, id), ...more },
    })
  const node = await start('node', { args: ['--config', file, '--cache', join(folder, 'cache'), '--cache-size', '500M'] })
  const connected = () =>
    until(async () => (await host.api('GET', '/network/nodes')).body.items.every((each) => each.connected), 'the nodes to connect')
  await connected()
  const nodes = [node]
  const send = (text: string) => sendBytes(Number(new URL(node.http).port), text)
  return {
    ...{ host, node, shop, other, folder, send },
    async bare() {
      const more = await start('bare', {})
      nodes.push(more)
      await connected()
      return more
    },
    async get(target, more = '', authority = 'shop.example') {
      const text = await send(`GET ${target} HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n${more}\r\n`)
      const [head = '', ...body] = text.split('\r\n\r\n')
      return {
        status: Number(head.slice(9, 12)),
        cache: /^x-cache: (.*)$/im.exec(head)?.[1],
        ...{ head, body: body.join('\r\n\r\n') },
      }
    },
    async stop() {
      for (const each of nodes) await each.stop()
      await host.stop()
      for (const each of [shop, other]) each.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Sends bytes over a connection of their own. Resolves with all that came by the time the other side closed, or `enough` had come. */
export function sendBytes(port: number, text: string, enough?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'))
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
      if (enough?.test(heard)) socket.destroy()
    })
    // what is given up is reset
    socket.on('error', () => undefined).on('close', () => resolve(heard))
  })
}
