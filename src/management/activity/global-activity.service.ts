/** How many requests and tokens each day had: in all, and for the models with the most requests. */
import { Injectable } from '@nestjs/common';
import { DailySums, type Sum } from '../spend/daily-sums.repository.js';
import { within } from '../spend/global-spend.service.js';
import type { SpendScope } from '../spend/spend-scope.js';
import type { GlobalActivityQuery } from './global-activity.dto.js';

export interface DayActivity {
  readonly date: string;
  readonly api_requests: number;
  readonly total_tokens: number;
}

export interface Activity {
  readonly daily_data: readonly DayActivity[];
  readonly sum_api_requests: number;
  readonly sum_total_tokens: number;
}

/** LiteLLM shows so many. */
const SHOWN_MODELS = 10;
const DAY_FORMAT = new Intl.DateTimeFormat('en-US', { month: 'short', day: '2-digit', timeZone: 'UTC' });

@Injectable()
export class GlobalActivityService {
  constructor(private readonly sums: DailySums) {}

  async all(scope: SpendScope, query: GlobalActivityQuery): Promise<Activity> {
    return activityOf(await this.sums.by(['date'], within(scope, 'all', query)));
  }

  async byModel(scope: SpendScope, query: GlobalActivityQuery): Promise<(Activity & { readonly model: string })[]> {
    const sums = await this.sums.by(['modelGroup', 'date'], within(scope, 'all', query));
    return [...Map.groupBy(sums, ({ modelGroup }) => modelGroup)]
      .map(([model, ofModel]) => ({ model, ...activityOf(ofModel) }))
      .sort((a, b) => b.sum_api_requests - a.sum_api_requests)
      .slice(0, SHOWN_MODELS);
  }
}

function activityOf(sums: readonly Sum<'date'>[]): Activity {
  const days = [...sums].sort((a, b) => (a.date < b.date ? -1 : 1)).map(dayActivity);
  return {
    daily_data: days,
    sum_api_requests: days.reduce((all, day) => all + day.api_requests, 0),
    sum_total_tokens: days.reduce((all, day) => all + day.total_tokens, 0),
  };
}

function dayActivity({ date, requests, promptTokens, completionTokens }: Sum<'date'>): DayActivity {
  return {
    date: DAY_FORMAT.format(Date.parse(date)),
    api_requests: requests,
    total_tokens: Number(promptTokens + completionTokens),
  };
}
