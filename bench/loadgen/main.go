// Load generator for the gateway benchmarks. Loopback only. One goroutine and one keep-alive TCP connection per
// worker, hand-written HTTP/1.1 (no net/http), so that the generator costs little on the core it shares with the mock.
//
//	-mode closed : -c connections, back to back, for -d seconds (or -n requests) -> max throughput
//	-mode open   : -rate arrivals/s, latency counted from the SCHEDULED arrival (coordinated-omission safe)
//	-mode stream : like open (with -rate) or closed (no -rate), for SSE; time to first content chunk, total,
//	               chunk count check, inter-chunk gap (p99) when -gap is set
//
// Prints JSON lines: {"event":"begin"} when the counted part begins and {"event":"end"} when it ends, each with the generator's CPU
// so far, so that the caller can read the CPU of the process under test at these moments, and last {"event":"result", ...}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	addr   = flag.String("addr", "127.0.0.1:9100", "host:port (loopback only)")
	door   = flag.String("door", "chat", "chat|messages|responses|gemini|pass-through: the dialect that is spoken, or OpenAI's chat below its own prefix")
	model  = flag.String("model", "mock", "model name")
	key    = flag.String("key", "sk-bench", "bearer key")
	mode   = flag.String("mode", "closed", "closed|open|stream")
	conc   = flag.Int("c", 32, "connections")
	dur    = flag.Float64("d", 5, "seconds (max 120)")
	warm   = flag.Float64("warm", 1, "warm-up seconds, not counted")
	nmax   = flag.Int64("n", 0, "stop after n requests (0: by time)")
	rate   = flag.Float64("rate", 0, "arrivals per second (open loop)")
	expect = flag.Int("expect", 30, "content chunks expected per stream")
	tmo    = flag.Float64("timeout", 60, "seconds per request")
	gap    = flag.Bool("gap", false, "measure gaps between chunks")
	ramp   = flag.Float64("ramp", 0, "seconds over which the connections start (stream)")
)

var errStatus = errors.New("status")

type client struct {
	c     net.Conn
	r     *bufio.Reader
	chunk []byte
}

func (cl *client) dial() error {
	c, err := net.DialTimeout("tcp", *addr, 5*time.Second)
	if err != nil {
		return err
	}
	cl.c, cl.r = c, bufio.NewReaderSize(c, 16384)
	return nil
}

func (cl *client) close() {
	if cl.c != nil {
		cl.c.Close()
		cl.c = nil
	}
}

// How a dialect asks, and what shows that its stream is complete. %q is the model, %s what asks for a stream.
type dialect struct{ path, streamPath, body, end string }

const system, question = "You are a helpful assistant.", "Explain in two sentences what an AI gateway does and why a team would run one."

var dialects = map[string]dialect{
	"chat": {"/v1/chat/completions", "/v1/chat/completions",
		`{"model":%q,"messages":[{"role":"system","content":"` + system + `"},{"role":"user","content":"` + question + `"}],"temperature":0.7,"max_tokens":128%s}`, "[DONE]"},
	"pass-through": {"/openai/v1/chat/completions", "/openai/v1/chat/completions",
		`{"model":%q,"messages":[{"role":"system","content":"` + system + `"},{"role":"user","content":"` + question + `"}],"temperature":0.7,"max_tokens":128%s}`, "[DONE]"},
	"messages": {"/v1/messages", "/v1/messages",
		`{"model":%q,"system":"` + system + `","messages":[{"role":"user","content":"` + question + `"}],"temperature":0.7,"max_tokens":128%s}`, "message_stop"},
	"responses": {"/v1/responses", "/v1/responses",
		`{"model":%q,"instructions":"` + system + `","input":"` + question + `","temperature":0.7,"max_output_tokens":128,"store":false%s}`, "response.completed"},
	"gemini": {"/v1beta/models/%s:generateContent", "/v1beta/models/%s:streamGenerateContent?alt=sse",
		`{"systemInstruction":{"parts":[{"text":"` + system + `"}]},"contents":[{"role":"user","parts":[{"text":"` + question + `"}]}],"generationConfig":{"temperature":0.7,"maxOutputTokens":128}}`, `"finishReason"`},
}

// path and body of a request
func (d dialect) request(model string, stream bool) (string, []byte) {
	path, member := d.path, ""
	if stream {
		path, member = d.streamPath, `,"stream":true`
		// What the chat route asks its upstream for by itself.
		if *door == "pass-through" {
			member += `,"stream_options":{"include_usage":true}`
		}
	}
	if *door == "gemini" {
		return fmt.Sprintf(path, model), []byte(d.body)
	}
	return path, []byte(fmt.Sprintf(d.body, model, member))
}

var endMark []byte // what a stream is complete with

var needle = []byte(`" token"`) // the content of every mock token, whatever the spacing around it

type result struct {
	status int
	first  time.Time // first content chunk (stream)
	chunks int
	bytes  int
	done   bool
}

// do sends one request and reads the whole response. gaps: receives ns between content chunks.
func (cl *client) do(req []byte, stream bool, gaps *[]float64) (res result, err error) {
	if cl.c == nil {
		if err = cl.dial(); err != nil {
			return
		}
	}
	defer func() {
		if err != nil {
			cl.close()
		}
	}()
	cl.c.SetDeadline(time.Now().Add(time.Duration(*tmo * 1e9)))
	if _, err = cl.c.Write(req); err != nil {
		return
	}
	line, err := cl.r.ReadSlice('\n')
	if err != nil {
		return
	}
	if len(line) < 12 {
		return res, io.ErrUnexpectedEOF
	}
	res.status, _ = strconv.Atoi(string(line[9:12]))
	length, chunked, closeAfter := -1, false, false
	for {
		h, e := cl.r.ReadSlice('\n')
		if e != nil {
			return res, e
		}
		if len(h) <= 2 {
			break
		}
		switch h[0] | 0x20 {
		case 'c':
			if len(h) > 15 && bytes.EqualFold(h[:15], []byte("content-length:")) {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(h[15:])))
			} else if len(h) > 11 && bytes.EqualFold(h[:11], []byte("connection:")) && bytes.EqualFold(bytes.TrimSpace(h[11:]), []byte("close")) {
				closeAfter = true
			}
		case 't':
			if bytes.EqualFold(h[:min(len(h), 18)], []byte("transfer-encoding:")) {
				chunked = true
			}
		}
	}
	var last time.Time
	var carry []byte
	feed := func(b []byte) {
		res.bytes += len(b)
		if !stream {
			return
		}
		if len(carry) > 0 {
			b = append(carry, b...)
		}
		// only finished lines are counted; the rest waits for the next piece
		i := bytes.LastIndexByte(b, '\n')
		tail := b[i+1:]
		n := bytes.Count(b[:i+1], needle)
		if n > 0 {
			now := time.Now()
			if res.chunks == 0 {
				res.first = now
			} else if gaps != nil {
				*gaps = append(*gaps, float64(now.Sub(last).Nanoseconds()))
			}
			if gaps != nil {
				for j := 1; j < n; j++ {
					*gaps = append(*gaps, 0)
				}
			}
			last = now
			res.chunks += n
		}
		if bytes.Contains(b, endMark) {
			res.done = true
		}
		carry = append(carry[:0:0], tail...)
	}
	switch {
	case chunked:
		for {
			l, e := cl.r.ReadSlice('\n')
			if e != nil {
				return res, e
			}
			if i := bytes.IndexByte(l, ';'); i >= 0 {
				l = l[:i]
			}
			n, e := strconv.ParseInt(string(bytes.TrimSpace(l)), 16, 64)
			if e != nil {
				return res, e
			}
			if cap(cl.chunk) < int(n)+2 {
				cl.chunk = make([]byte, n+4096)
			}
			b := cl.chunk[:n+2]
			if _, e = io.ReadFull(cl.r, b); e != nil {
				return res, e
			}
			if n == 0 {
				break
			}
			feed(b[:n])
		}
	case length >= 0:
		if cap(cl.chunk) < length {
			cl.chunk = make([]byte, length+4096)
		}
		b := cl.chunk[:length]
		if _, err = io.ReadFull(cl.r, b); err != nil {
			return
		}
		feed(b)
	default: // until close
		b := make([]byte, 16384)
		for {
			n, e := cl.r.Read(b)
			feed(b[:n])
			if e == io.EOF {
				break
			}
			if e != nil {
				return res, e
			}
		}
		closeAfter = true
	}
	if closeAfter {
		cl.close()
	}
	if res.status != 200 {
		return res, nil
	}
	return res, nil
}

type stat struct {
	mu                       sync.Mutex
	lat, ttft, gaps          []float64
	ok, bad, wrong, netErr   int64
	chunks, bytes            int64
	lateStart                int64
	statuses                 map[int]int64
	firstBad, firstWrongInfo string
}

func pct(v []float64, p float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	i := int(math.Ceil(p/100*float64(len(v)))) - 1
	if i < 0 {
		i = 0
	}
	return v[i]
}

func summ(v []float64) map[string]float64 {
	if len(v) == 0 {
		return nil
	}
	sort.Float64s(v)
	s := 0.0
	for _, x := range v {
		s += x
	}
	r := func(x float64) float64 { return math.Round(x/1e3) / 1e3 } // ns -> ms, 3 digits
	return map[string]float64{"p50": r(pct(v, 50)), "p90": r(pct(v, 90)), "p99": r(pct(v, 99)), "p999": r(pct(v, 99.9)), "max": r(v[len(v)-1]), "mean": r(s / float64(len(v)))}
}

var out sync.Mutex

func event(name string) {
	out.Lock()
	defer out.Unlock()
	fmt.Printf("{\"event\":%q,\"gen_cpu_s\":%.3f}\n", name, cpuSeconds())
}

func cpuSeconds() float64 {
	var ru syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	return float64(ru.Utime.Sec+ru.Stime.Sec) + float64(ru.Utime.Usec+ru.Stime.Usec)/1e6
}

func main() {
	flag.Parse()
	host, _, err := net.SplitHostPort(*addr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		fmt.Fprintln(os.Stderr, "refusing: -addr must be a loopback IP:port")
		os.Exit(2)
	}
	if *dur > 120 {
		*dur = 120
	}
	stream := *mode == "stream"
	spoken, known := dialects[*door]
	if !known {
		fmt.Fprintln(os.Stderr, "refusing: -door must be chat, messages, responses, gemini or pass-through")
		os.Exit(2)
	}
	endMark = []byte(spoken.end)
	path, payload := spoken.request(*model, stream)
	var rb bytes.Buffer
	fmt.Fprintf(&rb, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: */*\r\nUser-Agent: loadgen\r\nAuthorization: Bearer %s\r\n", path, *addr, *key)
	fmt.Fprintf(&rb, "Content-Length: %d\r\n\r\n", len(payload))
	rb.Write(payload)
	req := rb.Bytes()

	st := &stat{statuses: map[int]int64{}}
	start := time.Now()
	measure := start.Add(time.Duration(*warm * 1e9))
	end := measure.Add(time.Duration(*dur * 1e9))
	var issued atomic.Int64
	byTime := *mode == "closed" && *nmax == 0
	go func() {
		time.Sleep(time.Until(measure))
		event("begin")
		if byTime {
			time.Sleep(time.Until(end))
			event("end")
		}
	}()

	record := func(sched time.Time, res result, err error, gaps []float64) {
		now := time.Now()
		if sched.Before(measure) || (*mode == "closed" && now.After(end)) {
			return
		}
		st.mu.Lock()
		defer st.mu.Unlock()
		switch {
		case err != nil:
			st.netErr++
			if st.firstBad == "" {
				st.firstBad = err.Error()
			}
		case res.status != 200:
			st.bad++
			st.statuses[res.status]++
		case stream && (res.chunks != *expect || !res.done):
			st.wrong++
			if st.firstWrongInfo == "" {
				st.firstWrongInfo = fmt.Sprintf("chunks=%d done=%v bytes=%d", res.chunks, res.done, res.bytes)
			}
		default:
			st.ok++
			st.lat = append(st.lat, float64(now.Sub(sched).Nanoseconds()))
			if stream {
				st.ttft = append(st.ttft, float64(res.first.Sub(sched).Nanoseconds()))
				st.gaps = append(st.gaps, gaps...)
			}
		}
		st.chunks += int64(res.chunks)
		st.bytes += int64(res.bytes)
	}

	var wg sync.WaitGroup
	if *rate > 0 {
		// open loop: a dispatcher hands out scheduled times; workers are a pool of keep-alive connections that grows when all are busy
		type slot struct{ t time.Time }
		jobs := make(chan slot, 100000)
		var idle, workers atomic.Int64
		spawn := func() {
			workers.Add(1)
			wg.Add(1)
			go func() {
				defer wg.Done()
				cl := &client{}
				defer cl.close()
				for {
					idle.Add(1)
					s, ok := <-jobs
					idle.Add(-1)
					if !ok {
						return
					}
					var gp []float64
					var g *[]float64
					if *gap {
						g = &gp
					}
					res, err := cl.do(req, stream, g)
					record(s.t, res, err, gp)
				}
			}()
		}
		for i := 0; i < *conc; i++ {
			spawn()
		}
		time.Sleep(20 * time.Millisecond)
		iv := time.Duration(1e9 / *rate)
		next := time.Now()
		for next.Before(end) {
			if w := time.Until(next); w > 0 {
				// nanosleep, not the runtime timer alone: keeps arrivals accurate at 1 ms spacing
				ts := syscall.NsecToTimespec(w.Nanoseconds())
				syscall.Nanosleep(&ts, nil)
			}
			for !next.After(time.Now()) && next.Before(end) {
				if idle.Load() <= 0 && workers.Load() < 2000 {
					spawn()
				}
				jobs <- slot{next}
				next = next.Add(iv)
			}
		}
		close(jobs)
		wg.Wait()
	} else {
		for i := 0; i < *conc; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				if *ramp > 0 {
					time.Sleep(time.Duration(*ramp * 1e9 * float64(i) / float64(*conc)))
				}
				cl := &client{}
				defer cl.close()
				for {
					now := time.Now()
					if *nmax > 0 {
						if issued.Add(1) > *nmax {
							return
						}
					} else if now.After(end) {
						return
					}
					var gp []float64
					var g *[]float64
					if *gap {
						g = &gp
					}
					res, err := cl.do(req, stream, g)
					record(now, res, err, gp)
					if err != nil {
						time.Sleep(5 * time.Millisecond)
					}
				}
			}(i)
		}
		wg.Wait()
	}
	el := time.Since(measure).Seconds()
	if byTime {
		el = *dur
	} else {
		event("end")
	}
	summary := map[string]any{
		"event": "result", "mode": *mode, "c": *conc, "rate": *rate, "secs": math.Round(el*1000) / 1000,
		"ok": st.ok, "non200": st.bad, "neterr": st.netErr, "wrong": st.wrong,
		"rps": math.Round(float64(st.ok)/el*10) / 10, "lat_ms": summ(st.lat),
	}
	if stream {
		summary["ttft_ms"] = summ(st.ttft)
		summary["chunks_per_s"] = math.Round(float64(st.chunks) / el)
		if *gap {
			summary["gap_ms"] = summ(st.gaps)
		}
	}
	if len(st.statuses) > 0 {
		summary["statuses"] = st.statuses
	}
	if st.firstBad != "" {
		summary["first_err"] = st.firstBad
	}
	if st.firstWrongInfo != "" {
		summary["first_wrong"] = st.firstWrongInfo
	}
	out.Lock()
	json.NewEncoder(os.Stdout).Encode(summary)
}
