import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { AppError } from '../../../../platform/errors.ts'
import type { Reach } from '../../../../platform/outbound/reach.ts'
import { isLimited } from '../../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { measureUpload } from './measure-upload.ts'
import { MeasuredUploadSchema, maxTestBytes, sinkUpload } from './upload-sink.ts'

const tag = 'studio'
/** Measurements that are taken at a time: two would measure each other. */
const maxTaken = 2
const maxTakenMs = 35_000

/** API routes that measure how fast this machine uploads, and that take the bytes of another host that measures. */
export function uploadSpeedRoutes(reach: Pick<Reach, 'policy'>): readonly RouteDefinition[] {
  let [taken, measuring] = [0, false]
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/upload-speed',
      tag,
      summary: 'Measures how fast this machine uploads, to another AMI Streams host of the user: 64 MiB and six seconds at most',
      role: 'editor',
      body: Type.Object(
        {
          url: Type.String({ minLength: 1, maxLength: 500, description: 'https://HOST, or http://HOST in a private network' }),
          token: Type.String({
            maxLength: 500,
            pattern: '^[\\x21-\\x7e]+$',
            description: 'of that host, with the role editor; it is not kept',
          }),
        },
        { additionalProperties: false },
      ),
      responses: { 200: MeasuredUploadSchema },
      handler: async ({ body: { url, token }, principal }) => {
        if (measuring) throw new AppError('studio.busy', 'The upload is being measured already')
        measuring = true
        try {
          return { body: await measureUpload({ url, token, network: reach.policy().network, limited: isLimited(principal) }) }
        } finally {
          measuring = false
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/upload-test',
      tag,
      summary: 'Takes bytes of another host that measures its upload, throws them away, and says how fast they came',
      role: 'editor',
      takesBytes: maxTestBytes,
      responses: { 200: MeasuredUploadSchema },
      handler: async ({ bytes }) => {
        if (bytes === undefined) throw new AppError('request.media_type', 'The body is sent as application/octet-stream')
        if (taken >= maxTaken) throw new AppError('studio.busy', `${maxTaken} measurements are taken already`)
        taken++
        const ended = new AbortController()
        try {
          // Whoever sends nothing more must not take the place of others.
          const tooLong = sleep(maxTakenMs, undefined, { signal: ended.signal, ref: false }).then(() => {
            throw new AppError('request.too_large', `It takes longer than ${maxTakenMs / 1000} s`)
          })
          tooLong.catch(() => undefined)
          return { body: await Promise.race([sinkUpload(bytes), tooLong]) }
        } finally {
          ended.abort()
          taken--
        }
      },
    }),
  ]
}
