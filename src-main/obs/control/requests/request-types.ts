import type { Static } from 'typebox'
import { requestSchemas } from '../../../formats/obs-websocket/request-schemas.ts'
import type { RequestTypeSchema } from '../../schemas/commands.ts'
import { roleOfRequest } from './request-access.ts'

/** The requests that are known here, for people and programs that write them. */
export function requestTypes(): Static<typeof RequestTypeSchema>[] {
  return Object.entries(requestSchemas).map(([name, data]) => ({ name, role: roleOfRequest(name), data: { ...data } }))
}
