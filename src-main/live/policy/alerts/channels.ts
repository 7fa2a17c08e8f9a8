import { AppError } from '../../../platform/errors.ts'
import { fetchedByHost } from '../../../platform/outbound/fetched-by-host.ts'
import { fetchable, maskUrlsIn } from '../../../platform/outbound/url-secrets.ts'
import type { Alert, Channel, ChannelRequest } from './schemas.ts'

/** ms until a channel must have taken an alert. */
const timeoutMs = 10_000

/** Where a channel goes, as people may see it: without what would let them send there. */
export function shownWhere(request: ChannelRequest): Channel['where'] {
  if (request.kind === 'email') return `${request.to.join(', ')} by ${request.host}:${request.port}`
  return URL.parse(request.url)?.host ?? ''
}

/** Sends an alert to a channel. Rejects with `alert.channel_failed`, which says why. */
export async function sendAlert(channel: ChannelRequest, alert: Alert, watchUrl: string): Promise<void> {
  try {
    if (channel.kind === 'email') await sendMail(channel, alert, watchUrl)
    else if (channel.kind === 'slack') await post(channel.url, { text: headline(alert), blocks: slackBlocks(alert, watchUrl) })
    else await post(channel.url, { event: alert.resolvedAt === null ? 'alert.raised' : 'alert.resolved', alert })
  } catch (cause) {
    const { message, cause: inner } = cause as Error & { cause?: { code?: string } }
    const given = channel.kind === 'email' ? [] : [channel.url]
    throw new AppError('alert.channel_failed', `${channel.label}: ${maskUrlsIn(inner?.code ?? message, ...given)}`, { cause })
  }
}

function headline(alert: Alert): string {
  return alert.resolvedAt === null ? alert.message : `Over: ${alert.message}`
}

function slackBlocks(alert: Alert, watchUrl: string): readonly unknown[] {
  const lines = [`*${headline(alert)}*`, `since ${alert.raisedAt}${alert.resolvedAt === null ? '' : ` until ${alert.resolvedAt}`}`]
  if (watchUrl !== '') lines.push(`<${watchUrl}|Open the stream>`)
  return [{ type: 'section', text: { type: 'mrkdwn', text: lines.join('\n') } }]
}

async function post(url: string, body: unknown): Promise<void> {
  const target = fetchable(url)
  const response = await fetch(target.url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      ...target.headers,
      [fetchedByHost.name]: fetchedByHost.value,
      'content-type': 'application/json',
      'user-agent': 'AMI-Streams-Alerts',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`answered ${response.status}`)
}

async function sendMail(channel: Extract<ChannelRequest, { kind: 'email' }>, alert: Alert, watchUrl: string): Promise<void> {
  // Most hosts send no mail: the library is loaded by those that do.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host: channel.host,
    port: channel.port,
    secure: channel.security === 'tls',
    requireTLS: channel.security === 'starttls',
    ignoreTLS: channel.security === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(channel.user === undefined ? {} : { auth: { user: channel.user, pass: channel.password ?? '' } }),
  })
  try {
    await transport.sendMail({
      from: channel.from,
      to: [...channel.to],
      subject: `[AMI Streams] ${headline(alert)}`,
      text: [headline(alert), '', `Since: ${alert.raisedAt}`, ...(alert.resolvedAt ? [`Until: ${alert.resolvedAt}`] : []), watchUrl].join(
        '\n',
      ),
    })
  } finally {
    transport.close()
  }
}
