/** The line for free places: lower numbers first, then who came first; nobody who has left is called. */
import { DeploymentState } from './deployment-state.js';
import { WaitingLine } from './waiting-line.js';

const never = new Promise<void>(() => undefined);
const one = new DeploymentState();
const other = new DeploymentState();

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

it('hands a place over by priority, then by time of arrival', async () => {
  const line = new WaitingLine();
  const called: string[] = [];
  const enter = (name: string, priority: number) =>
    void line.wait([one], priority, never).then(() => called.push(name));
  enter('late', 200);
  enter('first', 10);
  enter('second', 10);
  enter('urgent', 0);
  for (let place = 0; place < 4; place += 1) {
    expect(line.handOver(one)).toBe(true);
    await settled();
  }
  expect(called).toEqual(['urgent', 'first', 'second', 'late']);
  expect(line.handOver(one)).toBe(false);
});

it('gives whoever waits for several the first that is free, and only to those who wait for it', async () => {
  const line = new WaitingLine();
  const waiting = line.wait([one, other], 255, never);
  expect(line.handOver(new DeploymentState())).toBe(false);
  expect([line.lengthFor(one), line.lengthFor(other)]).toEqual([1, 1]);
  expect(line.handOver(other)).toBe(true);
  expect(await waiting).toBe(other);
  expect([line.lengthFor(one), line.lengthFor(other)]).toEqual([0, 0]);
});

it('forgets those whose time is over', async () => {
  const line = new WaitingLine();
  expect(await line.wait([one], 255, Promise.resolve())).toBeUndefined();
  expect([line.lengthFor(one), line.handOver(one)]).toEqual([0, false]);
});

it('keeps a place that is handed over in the moment in which the time is over', async () => {
  const line = new WaitingLine();
  let endTime: () => void = () => undefined;
  const waiting = line.wait([one], 255, new Promise((resolve) => (endTime = resolve)));
  endTime();
  expect(line.handOver(one)).toBe(true);
  expect(await waiting).toBe(one);
});

it('may tell whoever stands first to look around again, and take it back to where it stood', async () => {
  const line = new WaitingLine();
  const called: string[] = [];
  const enter = (name: string, isBack?: boolean): Promise<unknown> =>
    line.wait([one], 10, never, isBack).then((reason) => called.push(reason === one ? name : `${name} again`));
  const first = enter('first');
  void enter('second');
  line.lookAgain(one);
  await first;
  void enter('first', true);
  line.handOver(one);
  line.handOver(one);
  await settled();
  expect(called).toEqual(['first again', 'first', 'second']);
});
