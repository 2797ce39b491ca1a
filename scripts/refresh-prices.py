#!/usr/bin/env python3
"""Makes src/core/pricing/price-table.json anew from the price data of the PyPI package litellm (MIT) and prints what changed.

usage: refresh-prices.py [--version 1.109.1] [--from model_prices.json] [--date 2026-11-24] [--dry-run]

Only the data file of the package is read; none of its code is. Prices are taken from the text of the JSON numbers, so no
price passes through a binary floating-point number. Keys become `provider` -> `model` with the provider ids of this project.
"""
import argparse
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile
from decimal import Context, Decimal

DATA_FILE = 'litellm/model_prices_and_context_window_backup.json'
OUTPUT = pathlib.Path(__file__).resolve().parent.parent / 'src/core/pricing/price-table.json'

# The source splits some providers by model family or endpoint; here each has the id by which requests name it.
PROVIDERS = {
    'amazon_nova': 'amazon-nova',
    'azure_text': 'azure',
    'bedrock_converse': 'bedrock',
    'cohere_chat': 'cohere',
    'fireworks_ai-embedding-models': 'fireworks_ai',
    'text-completion-openai': 'openai',
}
PRICES = {
    'input_cost_per_token': 'in',
    'output_cost_per_token': 'out',
    'cache_read_input_token_cost': 'read',
    'cache_creation_input_token_cost': 'write',
    'output_cost_per_reasoning_token': 'reason',
    'input_cost_per_audio_token': 'audioIn',
    'output_cost_per_audio_token': 'audioOut',
    'input_cost_per_image_token': 'imgIn',
    'output_cost_per_image_token': 'imgOut',
    'output_cost_per_image': 'image',
    'input_cost_per_second': 'second',
    'input_cost_per_character': 'char',
    'input_cost_per_request': 'request',
}
# Which of these are the bill in which mode; elsewhere they stand beside prices for tokens, which are the bill.
LENGTH_PRICES = {
    'image': {'image_generation', 'image_edit'},
    'second': {'audio_transcription'},
    'char': {'audio_speech'},
}
CAPABILITIES = {
    'supports_audio_input': 'audio_input',
    'supports_audio_output': 'audio_output',
    'supports_function_calling': 'function_calling',
    'supports_parallel_function_calling': 'parallel_function_calling',
    'supports_pdf_input': 'pdf_input',
    'supports_prompt_caching': 'prompt_caching',
    'supports_reasoning': 'reasoning',
    'supports_response_schema': 'response_schema',
    'supports_tool_choice': 'tool_choice',
    'supports_vision': 'vision',
    'supports_web_search': 'web_search',
}
SERVICE_TIERS = {
    'batches': 'batch', 'flex': 'flex', 'priority': 'priority', 'ultrafast': 'ultrafast', 'balanced': 'balanced',
}
PRICE_KEY = re.compile(
    r'(?P<base>' + '|'.join(PRICES) + r')(?P<ttl>_above_1hr)?(?:_above_(?P<above>\d+)k_tokens)?'
    r'(?:_(?P<tier>' + '|'.join(SERVICE_TIERS) + r'))?$'
)
# Modes whose bill is by the token whatever else the entry lists (a price for an image read by a chat model, ...).
TOKEN_MODES = {'chat', 'completion', 'responses', 'embedding', 'realtime'}
# Modes whose bill is by the query.
QUERY_MODES = {'rerank', 'search'}
# Modes that are kept only where tokens or queries are the whole bill.
OTHER_MODES = {'audio_speech', 'audio_transcription', 'image_generation', 'image_edit', 'moderation'}
# Who charges nothing indeed. Elsewhere a price of zero stands for "not known" in the source (machines billed by the hour,
# rows copied before the price was out), and such a model is better reported as unpriced than as free.
FREE = re.compile(r'(ollama|lemonade|publicai|searxng|duckduckgo)/|(gemini/gemma-|zai/glm-[\d.]+-flash$)|.*[-:]free$|openai/omni-moderation-')
PRICE_ORDER = ('in', 'out', 'read', 'write', 'write1h', 'reason', 'audioIn', 'audioOut', 'imgIn', 'imgOut', 'image', 'second', 'char', 'request', 'search', 'above', 'tier')
# Prices per token of kinds that the usage of an answer does not tell apart, and notes that carry no money.
NO_OTHER_UNIT = re.compile(r'(token_cost|cost_per_token|_cost_per_query$|dbu_cost|cost_per_reasoning|cost_per_audio_token|output_cost_per_second$)')


def decimal_text(value):
    """The shortest text of a price: '2.5e-6', '0.01', '0'."""
    number = Decimal(value)
    if number < 0:
        raise ValueError(f'a negative price: {value}')
    if number == 0:
        return '0'
    # The source computed some prices in doubles: 1.0000000000000001e-07 is meant to be 1e-7.
    if len(number.normalize().as_tuple().digits) >= 16:
        number = Context(prec=12).create_decimal(number)
    number = number.normalize()
    digits = number.as_tuple().digits
    plain = format(number, 'f')
    mantissa = str(digits[0]) + ('.' + ''.join(map(str, digits[1:])) if len(digits) > 1 else '')
    scientific = f'{mantissa}e{number.adjusted()}'
    return plain if len(plain) <= len(scientific) else scientific


def is_price(value):
    return isinstance(value, str) and re.fullmatch(r'-?\d+(\.\d+)?([eE][+-]?\d+)?', value) is not None


def prices_of(entry):
    """The nested price record of one entry: base prices, `above` (by prompt length) and `tier` (by service tier)."""
    prices = {}
    for key, value in sorted(entry.items()):
        match = PRICE_KEY.match(key)
        if not match or not is_price(value):
            continue
        if match['ttl'] and match['base'] != 'cache_creation_input_token_cost':
            continue
        target = prices
        if match['tier']:
            target = target.setdefault('tier', {}).setdefault(SERVICE_TIERS[match['tier']], {})
        if match['above']:
            target = target.setdefault('above', {}).setdefault(str(int(match['above']) * 1000), {})
        target[PRICES[match['base']] + ('1h' if match['ttl'] else '')] = decimal_text(value)
    hit = entry.get('input_cost_per_token_cache_hit')
    if is_price(hit):
        prices.setdefault('read', decimal_text(hit))
    for step in entry.get('tiered_pricing') or []:
        start = step.get('range', ['0'])[0]
        step_prices = {PRICES[k]: decimal_text(v) for k, v in sorted(step.items()) if k in PRICES and is_price(v)}
        if Decimal(start) == 0:
            for name, value in step_prices.items():
                prices.setdefault(name, value)
        elif step_prices:
            prices.setdefault('above', {})[str(int(Decimal(start)))] = step_prices
    search = entry.get('search_context_cost_per_query')
    if isinstance(search, dict) and is_price(search.get('search_context_size_medium')):
        prices['search'] = decimal_text(search['search_context_size_medium'])
    if entry.get('mode') in QUERY_MODES and is_price(entry.get('input_cost_per_query')):
        prices['request'] = decimal_text(entry['input_cost_per_query'])
    layers = [prices, *prices.get('above', {}).values()]
    layers += [layer for tier in prices.get('tier', {}).values() for layer in (tier, *tier.get('above', {}).values())]
    # Reasoning at the price of any other answer token needs no price of its own, which would not follow a tier's discount.
    # So with pictures.
    for own, general in (('reason', 'out'), ('imgIn', 'in'), ('imgOut', 'out')):
        if all(layer.get(own) in (None, layer.get(general)) for layer in layers):
            for layer in layers:
                layer.pop(own, None)
    return prices


def keep_billed(prices, mode):
    """Takes out the prices by length that are no bill in this mode, and those by the picture where its tokens are the bill."""
    layers = [prices, *prices.get('tier', {}).values()]
    for layer in layers:
        for name, modes in LENGTH_PRICES.items():
            if mode not in modes or (name == 'image' and 'imgOut' in prices):
                layer.pop(name, None)
    for tier in [name for name, layer in prices.get('tier', {}).items() if not layer]:
        del prices['tier'][tier]
    if prices.get('tier') == {}:
        del prices['tier']


def bills_in_other_units(entry):
    return any(
        'cost' in key and is_price(value) and Decimal(value) != 0 and not NO_OTHER_UNIT.search(key) and not PRICE_KEY.match(key)
        for key, value in entry.items()
    )


def record_of(name, entry):
    """One model's line of the table, or None where the table can say nothing of use about it."""
    mode = entry.get('mode')
    if mode not in TOKEN_MODES | QUERY_MODES | OTHER_MODES or entry.get('cost_per_second'):
        return None
    prices = prices_of(entry)
    keep_billed(prices, mode)
    all_zero = all(Decimal(prices.get(unit, '0')) == 0 for unit in ('in', 'out', 'request', 'imgOut', *LENGTH_PRICES))
    if (all_zero and not FREE.match(name)) or (bills_in_other_units(entry) and mode not in TOKEN_MODES):
        prices = {}
    # A price of the answer alone would make the prompt free.
    if not {'in', 'request', *LENGTH_PRICES} & prices.keys():
        prices = {}
    if not prices and mode not in TOKEN_MODES:
        return None
    record = {} if mode == 'chat' else {'mode': mode}
    for source, target in (('max_input_tokens', 'maxIn'), ('max_output_tokens', 'maxOut')):
        if is_price(entry.get(source)) and Decimal(entry[source]) > 0:
            record[target] = int(Decimal(entry[source]))
    can = sorted(name for key, name in CAPABILITIES.items() if entry.get(key) is True)
    if can:
        record['can'] = ' '.join(can)
    if prices:
        record['price'] = ordered(prices)
    return record


def ordered(prices):
    """The same record with its names in one order, and prompt lengths ascending."""
    inner = {}
    for name in PRICE_ORDER:
        if name == 'above' and name in prices:
            inner[name] = {length: ordered(prices[name][length]) for length in sorted(prices[name], key=int)}
        elif name == 'tier' and name in prices:
            inner[name] = {tier: ordered(prices[name][tier]) for tier in sorted(prices[name])}
        elif name in prices:
            inner[name] = prices[name]
    return inner


def provider_and_model(key, entry):
    listed = entry['litellm_provider']
    provider = 'vertex_ai' if listed.startswith('vertex_ai-') else PROVIDERS.get(listed, listed)
    return provider, key[len(provider) + 1:] if key.startswith(provider + '/') else key


def compact(source_text):
    # Every number, whole ones too, stays the text that the source has.
    source = json.loads(source_text, parse_float=str, parse_int=str)
    source.pop('sample_spec', None)
    models = {}
    # Bare keys first: where a provider lists a model both ways, the key with the provider's prefix holds.
    for key, entry in sorted(source.items(), key=lambda item: ('/' in item[0], item[0])):
        if 'litellm_provider' not in entry:
            continue
        provider, model = provider_and_model(key, entry)
        record = record_of(f'{provider}/{model}', entry)
        if record is not None:
            models.setdefault(provider, {})[model] = record
    return models


def write_table(header, models):
    lines = ['{']
    lines += [f'{json.dumps(name)}:{json.dumps(value)},' for name, value in header.items()]
    lines.append('"models":{')
    for i, (provider, entries) in enumerate(sorted(models.items())):
        lines.append(f'{json.dumps(provider)}:{{')
        rows = [f'{json.dumps(m)}:{json.dumps(r, separators=(",", ":"))}' for m, r in sorted(entries.items())]
        lines.append(',\n'.join(rows))
        lines.append('}' if i == len(models) - 1 else '},')
    lines.append('}}')
    return '\n'.join(lines) + '\n'


def print_difference(old, new):
    flat = lambda models: {f'{p}/{m}': r for p, entries in models.items() for m, r in entries.items()}
    before, after = flat(old), flat(new)
    added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    changed = sorted(key for key in before.keys() & after.keys() if before[key] != after[key])
    for key in added:
        print(f'+ {key}')
    for key in removed:
        print(f'- {key}')
    for key in changed:
        for name in sorted(before[key].keys() | after[key].keys()):
            if before[key].get(name) != after[key].get(name):
                print(f'~ {key} {name}: {json.dumps(before[key].get(name))} -> {json.dumps(after[key].get(name))}')
    priced = sum('price' in record for record in after.values())
    print(f'{len(after)} models of {len(new)} providers, {priced} with prices; '
          f'{len(added)} added, {len(removed)} removed, {len(changed)} changed')


def download(version):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', f'litellm=={version}', '-d', folder]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(pathlib.Path(folder).glob('*.whl'))) as wheel:
            return wheel.read(DATA_FILE).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--version', default='1.109.1', help='of the PyPI package litellm')
    parser.add_argument('--from', dest='path', help='the data file, already unpacked')
    parser.add_argument('--date', default=datetime.date.today().isoformat(), help='the day the data was taken')
    parser.add_argument('--dry-run', action='store_true', help='print the difference, write nothing')
    options = parser.parse_args()

    text = pathlib.Path(options.path).read_text() if options.path else download(options.version)
    models = compact(text)
    old = json.loads(OUTPUT.read_text())['models'] if OUTPUT.exists() else {}
    print_difference(old, models)
    if options.dry_run:
        return
    header = {
        'source': f'PyPI litellm=={options.version}, {DATA_FILE}, made compact by scripts/refresh-prices.py',
        'licence': 'MIT, Copyright (c) 2023 Berri AI; the whole notice is in price-table.LICENSE',
        'date': options.date,
    }
    OUTPUT.write_text(write_table(header, models))
    print(f'wrote {OUTPUT} ({OUTPUT.stat().st_size} bytes)')


if __name__ == '__main__':
    main()
