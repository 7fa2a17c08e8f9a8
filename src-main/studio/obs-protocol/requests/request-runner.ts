import { requestStatus } from '../../../formats/obs-websocket/protocol.ts'
import { protocolRights } from '../clients/client-schemas.ts'
import type { ProtocolStudio } from '../protocol-studio.ts'
import { faultOf, RequestFault } from '../reading/request-fault.ts'
import { RequestFields } from '../reading/request-fields.ts'
import type { Caller, RequestContext, RequestFamily, ResponseData } from './request-kind.ts'

/** How a request was answered. */
export interface Answer {
  readonly code: number
  readonly comment: string | undefined
  readonly data: ResponseData | undefined
}

/** Answers requests: whoever may send one is checked before anything of it is read. */
export class RequestRunner {
  readonly #studio: ProtocolStudio
  readonly #requests: RequestFamily
  readonly #broadcast: RequestContext['broadcast']
  readonly #available: readonly string[]

  constructor(studio: ProtocolStudio, requests: RequestFamily, broadcast: RequestContext['broadcast']) {
    this.#studio = studio
    this.#requests = requests
    this.#broadcast = broadcast
    this.#available = Object.keys(requests).toSorted()
  }

  /** Never rejects. */
  async run(request: string, data: unknown, caller: Caller): Promise<Answer> {
    try {
      const kind = Object.hasOwn(this.#requests, request) ? this.#requests[request] : undefined
      if (kind === undefined) throw new RequestFault('unknownRequestType', 'Your request type is not valid.')
      if (protocolRights.indexOf(caller.right) < protocolRights.indexOf(kind.right)) {
        throw new RequestFault('cannotAct', `This client may ${caller.right}; the request needs the right to ${kind.right}.`)
      }
      const answer = await kind.answer({
        fields: new RequestFields(data),
        caller,
        studio: this.#studio,
        broadcast: this.#broadcast,
        available: this.#available,
      })
      return { code: requestStatus.success, comment: undefined, data: answer }
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== undefined) return { code: fault.code, comment: fault.message, data: undefined }
      this.#studio.log.error({ err: error, request }, 'a request of an OBS protocol client failed')
      return { code: requestStatus.genericError, comment: 'The host could not do this: see its log.', data: undefined }
    }
  }
}
