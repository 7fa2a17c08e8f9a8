import { isLimited, type Principal } from '../../../platform/routes/principal.ts'
import type { Doing } from '../../document/open-collection.ts'

/** Who does an edit, and at which revision. */
export function doingOf(principal: Principal, ifRevision?: number, gesture?: string): Doing {
  return {
    actor: principal.id,
    limited: isLimited(principal),
    principal,
    ...(ifRevision === undefined ? {} : { ifRevision }),
    ...(gesture === undefined ? {} : { gesture }),
  }
}
