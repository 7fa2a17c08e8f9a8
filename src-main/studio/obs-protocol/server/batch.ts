import { setTimeout as sleep } from 'node:timers/promises'
import { batchExecution, requestStatus } from '../../../formats/obs-websocket/protocol.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { faultOf, RequestFault } from '../reading/request-fault.ts'
import { RequestFields } from '../reading/request-fields.ts'
import type { Answer } from '../requests/request-runner.ts'
import { ProtocolFault } from './protocol-fault.ts'

const maxRequests = 2000
/** Requests of a parallel batch that run at once. */
const maxParallel = 8
/** Images in the answers of one batch together, bytes: what is more fails. */
const maxImageBytes = 24 * 1024 * 1024
/** A frame of the show, for batches that wait for frames, ms. */
const frameMs = 1000 / 60

interface BatchRequest {
  readonly requestType: string
  readonly requestId: unknown
  readonly requestData: unknown
  readonly inputVariables: Readonly<Record<string, unknown>>
  readonly outputVariables: Readonly<Record<string, unknown>>
}

export interface Batch {
  readonly requestId: unknown
  readonly haltOnFailure: boolean
  readonly execution: number
  readonly variables: Readonly<Record<string, unknown>>
  readonly requests: readonly unknown[]
}

export interface BatchResult {
  readonly requestType: string
  readonly requestId: unknown
  readonly answer: Answer
}

/** Reads the data of a RequestBatch. Throws ProtocolFault. */
export function readBatch(d: Readonly<Record<string, unknown>>): Batch {
  const { requestId, haltOnFailure = false, executionType = batchExecution.serialRealtime, variables = {}, requests } = d
  if (requestId === undefined) throw new ProtocolFault('missingDataField', 'Your `requestId` is missing.')
  if (requests === undefined) throw new ProtocolFault('missingDataField', 'Your `requests` are missing.')
  if (!Array.isArray(requests)) throw new ProtocolFault('invalidDataFieldType', 'Your `requests` are not an array.')
  if (typeof haltOnFailure !== 'boolean') throw new ProtocolFault('invalidDataFieldType', 'Your `haltOnFailure` is not a boolean.')
  if (typeof executionType !== 'number') throw new ProtocolFault('invalidDataFieldType', 'Your `executionType` is not a number.')
  if (!(Object.values(batchExecution) as number[]).includes(executionType)) {
    throw new ProtocolFault('invalidDataFieldValue', 'Your `executionType` has an invalid value.')
  }
  if (!isRecord(variables)) throw new ProtocolFault('invalidDataFieldType', 'Your `variables` are not an object.')
  const parallel = executionType === batchExecution.parallel
  if (parallel && haltOnFailure) throw new ProtocolFault('unsupportedFeature', 'Parallel batches cannot halt on failure.')
  if (parallel && Object.keys(variables).length > 0)
    throw new ProtocolFault('unsupportedFeature', 'Parallel batches cannot have variables.')
  if (requests.length > maxRequests) throw new ProtocolFault('invalidDataFieldValue', `A batch may have ${maxRequests} requests.`)
  return { requestId, haltOnFailure, execution: executionType, variables, requests }
}

/** Does the requests of a batch. `gone` ends it before its next request. */
export async function runBatch(
  { execution, haltOnFailure, variables: given, requests }: Batch,
  run: (request: string, data: unknown) => Promise<Answer>,
  gone: AbortSignal,
): Promise<readonly BatchResult[]> {
  let imageBytes = 0
  const bounded = async (one: BatchRequest, data: unknown): Promise<Answer> => {
    if (one.requestType === 'Sleep') return sleepFor(execution, data, gone)
    if (imageBytes > maxImageBytes)
      return failed(new RequestFault('requestProcessingFailed', 'The images of this batch are too large together.'))
    const answer = await run(one.requestType, data)
    const image = answer.data?.imageData
    if (typeof image === 'string') imageBytes += image.length
    return answer
  }
  if (execution === batchExecution.parallel) return runParallel(requests, (one) => bounded(one, one.requestData), gone)

  const variables: Record<string, unknown> = { __proto__: null, ...given }
  const results: BatchResult[] = []
  for (const each of requests) {
    if (gone.aborted) break
    const one = readRequest(each)
    const result: BatchResult =
      'answer' in one
        ? one
        : { requestType: one.requestType, requestId: one.requestId, answer: await bounded(one, withVariables(one, variables)) }
    results.push(result)
    if (result.answer.code !== requestStatus.success && haltOnFailure) break
    if (!('answer' in one)) keepVariables(one, result.answer, variables)
  }
  return results
}

async function runParallel(
  requests: readonly unknown[],
  run: (one: BatchRequest) => Promise<Answer>,
  gone: AbortSignal,
): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = Array.from({ length: requests.length })
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests.length && !gone.aborted; index = next++) {
      const one = readRequest(requests[index])
      results[index] = 'answer' in one ? one : { requestType: one.requestType, requestId: one.requestId, answer: await run(one) }
    }
  }
  await Promise.all(Array.from({ length: maxParallel }, work))
  return results
}

/** One of the requests, or how it failed already. */
function readRequest(value: unknown): BatchRequest | BatchResult {
  const { requestType, requestId, requestData, inputVariables = {}, outputVariables = {} } = isRecord(value) ? value : {}
  if (typeof requestType !== 'string' || requestType === '') {
    return {
      requestType: '',
      requestId,
      answer: failed(new RequestFault('missingRequestType', 'Your request is missing a `requestType`.')),
    }
  }
  if (isRecord(inputVariables) && isRecord(outputVariables)) return { requestType, requestId, requestData, inputVariables, outputVariables }
  const fault = new RequestFault('invalidRequestFieldType', '`inputVariables` and `outputVariables` must be objects.')
  return { requestType, requestId, answer: failed(fault) }
}

/** The data of a request with fields that are taken from variables. */
function withVariables({ requestData, inputVariables }: BatchRequest, variables: Readonly<Record<string, unknown>>): unknown {
  const taken = Object.entries(inputVariables).flatMap(([field, variable]) =>
    typeof variable === 'string' && variables[variable] !== undefined ? [[field, variables[variable]] as const] : [],
  )
  if (taken.length === 0) return requestData
  return { ...(isRecord(requestData) ? requestData : {}), ...Object.fromEntries(taken) }
}

function keepVariables({ outputVariables }: BatchRequest, { data }: Answer, variables: Record<string, unknown>): void {
  for (const [variable, field] of Object.entries(outputVariables)) {
    const value = typeof field === 'string' && data !== undefined && Object.hasOwn(data, field) ? data[field] : undefined
    if (value !== undefined) variables[variable] = value
  }
}

async function sleepFor(execution: number, data: unknown, gone: AbortSignal): Promise<Answer> {
  try {
    if (execution === batchExecution.parallel) {
      throw new RequestFault('unsupportedRequestBatchExecutionType', 'Sleep is for batches whose requests come one after the other.')
    }
    const fields = new RequestFields(data)
    const ms =
      execution === batchExecution.serialRealtime
        ? fields.number('sleepMillis', 0, 50_000)
        : fields.number('sleepFrames', 0, 10_000) * frameMs
    await sleep(ms, undefined, { signal: gone }).catch(() => undefined)
    return { code: requestStatus.success, comment: undefined, data: undefined }
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    return failed(fault)
  }
}

function failed({ code, message }: RequestFault): Answer {
  return { code, comment: message, data: undefined }
}
