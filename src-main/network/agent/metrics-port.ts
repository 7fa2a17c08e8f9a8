import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { pathOf } from '../../platform/http/request-target.ts'
import type { Logger } from '../../platform/logger.ts'
import { toListenError } from '../../platform/net/listen-error.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import { metricsPath, metricsText } from '../figures/node-metrics.ts'
import type { NodeTraffic } from '../figures/node-traffic.ts'

/** Answers with the figures of this node. */
export function answerMetrics(response: ServerResponse, { totals, newest }: NodeTraffic): void {
  const body = metricsText(totals, newest)
  response.writeHead(200, {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}

/** Opens a port for Prometheus that this machine alone can reach. Throws `port.*`. */
export async function openMetricsPort(port: number, traffic: NodeTraffic, log: Logger): Promise<{ stop(): Promise<void> }> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 30_000 }, (request, response) => {
    // A page on the web can have its own name mean this machine.
    if (!isLoopback(hostName(request.headers.host))) response.writeHead(403).end()
    else if (pathOf(request.url) === metricsPath && request.method === 'GET') answerMetrics(response, traffic)
    else response.writeHead(404).end()
  })
  server.maxConnections = 50
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    throw await toListenError(error, 'metrics.port', port)
  }
  // Without a listener, running out of file descriptors would end the process.
  server.on('error', (error) => log.error({ err: error }, 'the port for metrics failed'))
  return {
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Of a Host header, without its port. */
const hostName = (host = ''): string => host.replace(/:\d+$/, '')
