import type { ObsEventType } from '../../../formats/obs-websocket/protocol.ts'
import type { Principal } from '../../../platform/routes/principal.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import type { ProtocolRight } from '../clients/client-schemas.ts'
import type { ProtocolStudio } from '../protocol-studio.ts'
import type { RequestFields } from '../reading/request-fields.ts'
import { StudioView } from '../view/studio-view.ts'

/** Who sends a request. */
export interface Caller {
  readonly principal: Principal
  readonly right: ProtocolRight
  /** Messages of this connection so far. */
  readonly incoming: number
  readonly outgoing: number
}

export type ResponseData = Readonly<Record<string, unknown>>

/** One request while it is being answered. */
export interface RequestContext {
  readonly fields: RequestFields
  readonly caller: Caller
  readonly studio: ProtocolStudio
  /** Sends an event to every client that is subscribed to it. */
  readonly broadcast: (type: ObsEventType, data: object) => void
  /** Names of all requests that are answered. */
  readonly available: readonly string[]
}

/** A request of the protocol: what a client must be allowed, and what it does. Throws RequestFault and AppError. */
export interface RequestKind {
  readonly right: ProtocolRight
  readonly answer: (context: RequestContext) => ResponseData | undefined | Promise<ResponseData | undefined>
}

/** Requests that are answered, by name. */
export type RequestFamily = Readonly<Record<string, RequestKind>>

export const toView = (answer: RequestKind['answer']): RequestKind => ({ right: 'view', answer })
export const toControl = (answer: RequestKind['answer']): RequestKind => ({ right: 'control', answer })
export const toEdit = (answer: RequestKind['answer']): RequestKind => ({ right: 'edit', answer })

/** The open collection. Throws `studio.no_collection`. */
export function viewOf({ studio }: Pick<RequestContext, 'studio'>): StudioView {
  return new StudioView(studio.show.collection)
}

/** Does edits as one step that can be undone. What they name outside of the collection is judged as an editor's. */
export function edit({ studio, caller }: RequestContext, edits: readonly Edit[]): readonly string[] {
  return studio.show.current.edit(edits, { actor: caller.principal.id, limited: true })
}
