import type { Static } from 'typebox'
import type { RequestTypeSchema } from '../schemas/commands.ts'
import { roleOfRequest } from './request-access.ts'
import { requestSchemas } from './request-schemas.ts'

/** The requests that are known here, for people and programs that write them. */
export function requestTypes(): Static<typeof RequestTypeSchema>[] {
  return Object.entries(requestSchemas).map(([name, data]) => ({ name, role: roleOfRequest(name), data: { ...data } }))
}
