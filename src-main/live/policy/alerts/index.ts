import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { createAlertStore } from './alert-store.ts'
import { Alerts, type AlertsDependencies } from './alerts.ts'
import { alertRoutes } from './routes.ts'

export type { StreamFacts } from './conditions.ts'

export interface AlertsPartDependencies extends Omit<AlertsDependencies, 'store'> {
  readonly database: LiveDatabase
  readonly secrets: SecretBox
}

/** Alerts to webhooks, Slack and e-mail when a stream or the disk is in trouble, and when that is over. */
export async function createAlerts(dependencies: AlertsPartDependencies): Promise<LivePart> {
  const alerts = await Alerts.open({ ...dependencies, store: createAlertStore(dependencies.database, dependencies.secrets) })
  return { routes: alertRoutes(alerts), start: () => alerts.start(), stop: () => alerts.stop() }
}
