/** Where alerts of budgets go, asked for each of them: a reload may change it. */
import type { AlertingSettings } from '../../config/alerting-settings.js';

export type { AlertingSettings as AlertSettings, MailSettings } from '../../config/alerting-settings.js';

export const ALERT_SETTINGS = Symbol('ALERT_SETTINGS');

export type CurrentAlertSettings = () => AlertingSettings;
