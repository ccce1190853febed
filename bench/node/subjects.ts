/** What is measured, in the order of the tables. `name` is the file in subjects/ and the label. */
export interface Subject {
  readonly file: string;
  readonly label: string;
  readonly package: string;
}

export const subjects: readonly Subject[] = [
  { file: 'nitka', label: 'Nitka', package: '@nitka/node' },
  { file: 'nitka-disk', label: 'Nitka disk', package: '@nitka/node' },
  { file: 'segment', label: 'Segment', package: '@segment/analytics-node' },
  { file: 'posthog', label: 'PostHog', package: 'posthog-node' },
  { file: 'rudderstack', label: 'RudderStack', package: '@rudderstack/rudder-sdk-node' },
  { file: 'snowplow', label: 'Snowplow', package: '@snowplow/node-tracker' },
  { file: 'mixpanel', label: 'Mixpanel', package: 'mixpanel' },
];

export const ours = ['Nitka', 'Nitka disk'];
