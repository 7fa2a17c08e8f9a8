import { mayAct, type Principal } from '../routes/principal.ts'
import { automationTopics } from './topics/automation.ts'
import { desktopTopics } from './topics/desktop.ts'
import { hostTopics } from './topics/host.ts'
import { liveTopics } from './topics/live.ts'
import { networkTopics } from './topics/network.ts'
import { obsTopics } from './topics/obs.ts'
import { studioTopics } from './topics/studio.ts'
import type { TopicKind } from './topics/topic-kind.ts'

const topics = {
  ...automationTopics,
  ...desktopTopics,
  ...hostTopics,
  ...liveTopics,
  ...networkTopics,
  ...obsTopics,
  ...studioTopics,
} as const

/** Every topic that the event bus takes: a topic without a stated role does not compile. */
export type EventTopic = keyof typeof topics

/** The single list of topics. docs/permissions.md is checked against it by a test. */
export const eventTopics: Readonly<Record<EventTopic, TopicKind>> = topics

/** True where the principal's role receives the topic. Nobody receives a topic that is not listed. */
export function mayReceive(principal: Principal, topic: string): boolean {
  return Object.hasOwn(eventTopics, topic) && mayAct(principal, eventTopics[topic as EventTopic].role)
}
