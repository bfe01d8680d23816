--
-- PostgreSQL database dump
--

\restrict DL1hzemw1WzAP9GFEfhq8eqtG5dUm7Lch0LGb6nBfgyCGFOsMaIjZ4TP8h0CQLK

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: handoff_agents; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_agents (
    id text NOT NULL COLLATE pg_catalog."C",
    agent text NOT NULL,
    last_seen bigint
);


--
-- Name: handoff_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_log (
    epoch integer NOT NULL,
    xid xid8 NOT NULL,
    n integer NOT NULL,
    record_id text NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    event text NOT NULL
);


--
-- Name: handoff_records; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_records (
    id text NOT NULL COLLATE pg_catalog."C",
    base integer NOT NULL,
    revision integer NOT NULL,
    previous text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    to_agent text NOT NULL COLLATE pg_catalog."C",
    from_agent text NOT NULL COLLATE pg_catalog."C",
    parent text COLLATE pg_catalog."C",
    urgency integer NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint,
    record text NOT NULL
);


--
-- Name: handoff_store; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_store (
    application text NOT NULL,
    version integer NOT NULL,
    epoch integer NOT NULL
);


--
-- Name: handoff_tally; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_tally (
    name text NOT NULL COLLATE pg_catalog."C",
    slot integer NOT NULL,
    amount bigint NOT NULL
)
WITH (fillfactor='50');


--
-- Data for Name: handoff_agents; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_agents VALUES ('analyst', '{"capabilities":["report"],"keys":[{"public_key":"gTl3Dqh9F19Wo1Rmw0x-zMuNipG07jeiXfYPW4_Js5Q","since":"2026-12-01T09:00:00.000Z"}]}', NULL);
INSERT INTO public.handoff_agents VALUES ('auditor', '{"capabilities":[]}', NULL);
INSERT INTO public.handoff_agents VALUES ('executor', '{"capabilities":["report","execute"]}', NULL);
INSERT INTO public.handoff_agents VALUES ('planner', '{"capabilities":[],"keys":[{"public_key":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w","since":"2026-12-01T09:00:00.000Z"}]}', NULL);
INSERT INTO public.handoff_agents VALUES ('планировщик', '{"capabilities":["plan"],"keys":[{"public_key":"Zr5-Myx6RTMyvZ0Kf32wVfXF7xoGraZtmLOftoEMRzo","since":"2026-12-02T09:00:00.000Z"},{"public_key":"1UIH2hlJd9z0atv-wrwudbUtWopCGE_t_cAAJPDj6No","since":"2026-12-02T09:05:00.000Z"}]}', NULL);
INSERT INTO public.handoff_agents VALUES ('محرّر', '{"capabilities":["edit","перевод"],"capacity":2}', NULL);
INSERT INTO public.handoff_agents VALUES ('翻訳者', '{"capabilities":["translate","перевод"],"keys":[{"public_key":"C1E62bSSQBXKCQLtB5BE06xdvsIwbwaUjBDajrbjny0","since":"2026-12-02T09:00:00.000Z"},{"public_key":"URw0oaLLUh3xa7JGuN6OeZfOI1x-drIqPXUDokgZ3Yo","since":"2026-12-02T09:05:00.000Z"}]}', 1796202301000);


--
-- Data for Name: handoff_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_log VALUES (1, '733', 1, 'long-1', 1, '{"_tag":"Created","at":"2026-12-01T09:00:00.000Z","by":"planner","sig":"E5YynxGeiL6AIM10f9U-9tQWloOrbC0egkIt7IBvdirucu4W9pBehXcTpON1QcLK8fHcWMhRlLk6mHy9wKCXAQ","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":9,"deadline":null,"max_attempts":4,"requires":["report","execute"]}}');
INSERT INTO public.handoff_log VALUES (1, '734', 1, 'long-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:00.000Z","by":"executor","reason":"Gladly","lease":60000,"prev":"45d9c93c38d40700cfadbd51d84c9dd6e6416448baec06ee715b7ecaa544196d","estimated_completion":"2026-12-01T09:02:00.000Z"}');
INSERT INTO public.handoff_log VALUES (1, '735', 1, 'long-1', 3, '{"_tag":"Started","at":"2026-12-01T09:01:00.000Z","by":"executor","attempt":1,"prev":"ef13ac7089547717da90588749f99b03b2361e1c4cdc63251f6b29e8c2624a2a"}');
INSERT INTO public.handoff_log VALUES (1, '736', 1, 'long-1', 4, '{"_tag":"Progressed","at":"2026-12-01T09:01:00.000Z","by":"executor","attempt":1,"note":"Half “way”","fraction":0.5,"lease":120000,"prev":"7665fa668d392bb595541d134d74118d45f1382321632464149246de0b9217c3"}');
INSERT INTO public.handoff_log VALUES (1, '737', 1, 'long-1', 5, '{"_tag":"Asked","at":"2026-12-01T09:01:00.000Z","by":"executor","attempt":1,"question":"Which quarter?","prev":"06ca83a78b86521bdec7f30a866aa79dbf26503cc2fb87dbee0596f7b144dab9"}');
INSERT INTO public.handoff_log VALUES (1, '738', 1, 'long-1', 6, '{"_tag":"Answered","at":"2026-12-01T09:01:01.234Z","by":"planner","answer":"The 3rd.","prev":"ddd0fec2b23d58f322cdbd4a946b958761185e05b95beed428f0f65e7cf9f40f","sig":"6K2ZMUBc24BqYSnqqGcTeiR9QXlvHthAP-PYraIkiRjWIzRczHmYTR30Zj3dRN4UYNcN-9TEzHm-vM7yDqOkDw"}');
INSERT INTO public.handoff_log VALUES (1, '739', 1, 'long-1', 7, '{"_tag":"Released","at":"2026-12-01T09:01:01.234Z","by":"executor","attempt":1,"reason":"Locked","prev":"c4e9552fa4fad80cf99a6736ae4986378685ffa0ef30331319b73e88f1cc09f1","hand_back":{"done":["July"],"remaining":["August","September"],"pitfalls":["Local time: +02:00"],"artifacts":[{"name":"draft","content":{"pages":3,"text":"…"}}]},"not_before":"2026-12-01T09:01:01.244Z"}');
INSERT INTO public.handoff_log VALUES (1, '740', 1, 'long-1', 8, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.245Z","by":"executor","prev":"44881740217b1c68b0c3e8b84a78922ed691e59b6a762ba490fa271e59017377"}');
INSERT INTO public.handoff_log VALUES (1, '741', 1, 'long-1', 9, '{"_tag":"Attested","at":"2026-12-01T09:01:01.245Z","by":"auditor","statement":"Seen by two","uri":"https://example.org/1","prev":"24bed36bbabdbc237c6486b52d994889afa3675b930e19d673b2592fe474e76b"}');
INSERT INTO public.handoff_log VALUES (1, '742', 1, 'long-1', 10, '{"_tag":"Completed","at":"2026-12-01T09:01:01.245Z","by":"executor","result":{"output":"report.pdf","pages":[1,2,3],"ok":true,"nothing":null},"evidence":[{"grade":"observed","statement":"All 214 tests passed","of":"draft"}],"prev":"b49cff0afa4fb8a58f4bfdc636ce34fb917fe5bb7d56fad480253d44c40c87f4"}');
INSERT INTO public.handoff_log VALUES (1, '743', 1, 'told-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.245Z","by":"planner","sig":"q-l7rrz-AOAmIB-3Uvg80stDr2dVnRnZXelfAOKPLIob7_wls0f5SwU_1rH_5HV7sWtuCRZ_SbSBja9Qo-GIDA","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"briefing":{"severity":"watcher","summary":"Two invoices are missing.","situation":{"known":["One supplier"],"decided":[],"open":["Paid?"]},"contingencies":[{"id":"late","if":"not by Friday","then":"report without"}],"actions":[{"id":"invoices","task":"Ask for them","owner":"executor","due":"2026-12-01T09:06:01.245Z"}],"read_back":{"required":["invoices","late"],"confirm":true}},"deliverables":[{"name":"text","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","media_type":"text/plain"},{"name":"sums","schema":{"type":"object","required":["total"],"properties":{"total":{"type":"number"}}}}]}}');
INSERT INTO public.handoff_log VALUES (1, '744', 1, 'told-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.245Z","by":"executor","lease":60000,"prev":"6cb4435bc3223ba95b5241d4a77b3c92ad905d6f805b244876e49c5d8ea08a38","read_back":{"summary":"Get two","items":[{"id":"invoices","answer":"question","note":"Whose?"}]}}');
INSERT INTO public.handoff_log VALUES (1, '745', 1, 'told-1', 3, '{"_tag":"Restated","at":"2026-12-01T09:01:01.245Z","by":"executor","prev":"bd351efc6bab4d51043965120e87b6676dc27849ed6b73f82a08393b0512d464","read_back":{"summary":"Get two by Friday","items":[{"id":"late","answer":"understood"}]}}');
INSERT INTO public.handoff_log VALUES (1, '746', 1, 'told-1', 4, '{"_tag":"Confirmed","at":"2026-12-01T09:01:01.322Z","by":"planner","correction":"By Thursday.","prev":"1727190375e4b2c84f4f4e635e54f106d6a33c8491f59ac72c500e06e9f49a7d","sig":"sipu7F-vjiuvb5cUz4C9XxHGeRKKEnCpW1OXgQpvOHQJbUXgTqFUeZcI66030IT7cH1G1EUTSKYYOaDgj4wlCw"}');
INSERT INTO public.handoff_log VALUES (1, '747', 1, 'told-1', 5, '{"_tag":"Started","at":"2026-12-01T09:01:01.322Z","by":"executor","prev":"77b7c6f07b4127eaccfa5ad56c8fa50ef54e400fe0920e1c419311d23a032a39"}');
INSERT INTO public.handoff_log VALUES (1, '748', 1, 'told-1', 6, '{"_tag":"Attested","at":"2026-12-01T09:01:01.322Z","by":"auditor","statement":"Adds up","of":"sums","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","prev":"57c88a6b91057cb3d6e36a51f29540aace257e9e74023ddc6d584150b9920fe2"}');
INSERT INTO public.handoff_log VALUES (1, '749', 1, 'told-1', 7, '{"_tag":"Completed","at":"2026-12-01T09:01:01.322Z","by":"executor","result":{},"evidence":[{"grade":"claimed","statement":"Read twice"}],"prev":"b2813bd5b8d3322cbcb2e813c89f76ff03bf9bdac4558b436b57779fb84542ab","artifacts":[{"name":"text","media_type":"text/plain","content":"abc"},{"name":"sums","content":{"total":12.5}},{"name":"scan","uri":"s3://bucket/scan.pdf","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":1024}]}');
INSERT INTO public.handoff_log VALUES (1, '750', 1, 'handed-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"aWKuuX7VPWJsPqQ1haZ_3aMjb4-UhPKJsTA7YMNFbz9yEdWzamFJYl2PIaNBxik_IKQDfaoxlX4DuDPFD9qMAw","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_hops":2}}');
INSERT INTO public.handoff_log VALUES (1, '751', 1, 'handed-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","lease":60000,"prev":"4e25ef2b0fddddd529c9e43d50986b6ace96eee778b2c049cc597581ecdc0cac"}');
INSERT INTO public.handoff_log VALUES (1, '752', 1, 'handed-1', 3, '{"_tag":"Forwarded","at":"2026-12-01T09:01:01.322Z","by":"executor","to":"analyst","reason":"Statistics","attempt":1,"prev":"442f8a6fedeea81563f3bcd1ad4a4e3e35e1fa9c0759432c98d08b2f94e81913","hand_back":{"done":["Read it"]}}');
INSERT INTO public.handoff_log VALUES (1, '753', 1, 'handed-1', 4, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"analyst","prev":"fec3e9b704418407e4fda4bae414c1726b30fb108ce56db9613c85eae9edf2dd","sig":"_Tq3vTydXOedyfY4ArFZsZ1gIX9wDn_Np2cyEUKUCJ_RqlMVF6wXY0BGfLq-35-Yg8ActFBDJns3lr7O5Kz0Bg"}');
INSERT INTO public.handoff_log VALUES (1, '754', 1, 'handed-1', 5, '{"_tag":"Completed","at":"2026-12-01T09:01:01.322Z","by":"analyst","result":{"by":"analyst"},"prev":"1c624d528f0fda8bcf03033de51780816f3a69bfc5ca06279e8ea8e1cdf2ba84","sig":"v7rdq4NEV4fHWsk4WkL6hnzxtN23Tr__BWl55eQnJMk0U9px3EYjCXYUnLaCgku11uMxpsGGhSwoHmw5vAGECw"}');
INSERT INTO public.handoff_log VALUES (1, '771', 2, 'left-1', 3, '{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"executor","child":"part-d-1","prev":"4cc8acdf01ca46644366fca90ec58beac53c8a160998ac4ad548c182cfcb0007"}');
INSERT INTO public.handoff_log VALUES (1, '755', 1, 'declined-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"vTGR5ipG9R444rRX6gT7D063004MoQrs35WsnoHS-OaVIj70SIhghLqABhN2BHOzYysW7viq78OMuqvrN8fSAw","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"requires":["report"],"reroute":true}}');
INSERT INTO public.handoff_log VALUES (1, '756', 1, 'declined-1', 2, '{"_tag":"Forwarded","at":"2026-12-01T09:01:01.322Z","by":"executor","to":"analyst","because":"rejected","reason":"No time","prev":"5b754403a6a2457a49a6deb11bb9bb6b090905e02006000e2c34e21505d8a078","routing":{"agent":"analyst","reason":"analyst can report","fallback":false,"matched":["report"],"runners_up":[]}}');
INSERT INTO public.handoff_log VALUES (1, '757', 1, 'declined-1', 3, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"analyst","lease":1000,"prev":"7dde1c03d9c0d558b2d3c43c038b36b151c1ee7fadadd9893440f73e2c980520","sig":"JPEyi5rAETjzWkhxidPEYoz6Yq42KMOTFCdJ1zskm0DrFnJrGJf2BIZJiEHqlD1fFQDukY0Ul9zhtOGGyk0oBw"}');
INSERT INTO public.handoff_log VALUES (1, '758', 1, 'waiting-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"B44W2M0PJxfAKzGJ7Av32vlUGODznr1k7N5e5ogZUSvHXKFKZDADK_rpUq3QdtgoFGeQlqPC4X1Ju-jOiMxDAg","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"accept_by":"2026-12-01T09:03:01.322Z","remind_before":60000,"requires":["report"],"reroute":true}}');
INSERT INTO public.handoff_log VALUES (1, '759', 1, 'unable-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"6WIFPjGcxu547kVGIX3246DrQuzRiEaUUFto8OxyFTS0uWV6onbEnoCBAOat-qiQ-TXihoftLFmFfi-hBrAlAQ","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_attempts":1,"requires":["report"],"reroute":true}}');
INSERT INTO public.handoff_log VALUES (1, '760', 1, 'unable-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","prev":"3994d3a58d9786803602f7cfc55fd3a165eb9e954b245d0e0ace8c9e70aee802"}');
INSERT INTO public.handoff_log VALUES (1, '761', 1, 'unable-1', 3, '{"_tag":"Forwarded","at":"2026-12-01T09:01:01.322Z","by":"executor","to":"analyst","because":"attempts_exhausted","reason":"It is beyond me","prev":"cb97358cc561873f23669d7b2aed5f8aa06c706c0c594c6cbff5566d7dc6527d","routing":{"agent":"analyst","reason":"analyst can report","fallback":false,"matched":["report"],"runners_up":[]}}');
INSERT INTO public.handoff_log VALUES (1, '762', 1, 'whole-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"oBfeqP71oeTrOuhLZA9sldBrBR4BsWx34MALE_2LFKI6i0zkuWTfLiikH1_1g2VZ1FKKbFY49xthc7M5TcOqCw","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":"2026-12-01T10:01:01.322Z","remind_before":3540000}}');
INSERT INTO public.handoff_log VALUES (1, '763', 1, 'whole-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","prev":"11d7caa7ad5591d07ac9b8c522f0714dc3799cdb6d8aa30e6acfec7fcd75329a"}');
INSERT INTO public.handoff_log VALUES (1, '764', 1, 'part-a-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"executor","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part a","context":{},"priority":3,"deadline":null,"parent":"whole-1"}}');
INSERT INTO public.handoff_log VALUES (1, '764', 2, 'whole-1', 3, '{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"executor","child":"part-a-1","prev":"d52497fca95e948b3b03b4bcf60dd9eec89947bca8f5d580b52bb80cc7a488df"}');
INSERT INTO public.handoff_log VALUES (1, '765', 1, 'part-b-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"executor","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part b","context":{},"priority":3,"deadline":null,"parent":"whole-1"}}');
INSERT INTO public.handoff_log VALUES (1, '765', 2, 'whole-1', 4, '{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"executor","child":"part-b-1","prev":"b82841d09c253cb02434e698c43e091344e46e8feb8d1e27351076c2156c2be1"}');
INSERT INTO public.handoff_log VALUES (1, '766', 1, 'part-a-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"analyst","prev":"4450dfc98cfca5a82215811e71844a19afc37d3a9cf73e32f46296a5d39319e5","sig":"ESfm5k0zOJZASloFIjvKtOpvRmOm-BMOCtKR_VVoU3JMibq1swkL9A_Pb57Hve85YPy9YLGtaUVKxZayma0TCA"}');
INSERT INTO public.handoff_log VALUES (1, '767', 1, 'part-c-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"analyst","sig":"B3vnrQrX6jO8jn73_tlCL1Xt7gHQKfe6orur9r986uW109uK5E51BsioQdcOhP8WY0An8L-i58iIzNV30xLeBA","request":{"from_agent":"analyst","to_agent":"auditor","task_description":"Part c","context":{},"priority":3,"deadline":null,"parent":"part-a-1"}}');
INSERT INTO public.handoff_log VALUES (1, '767', 2, 'part-a-1', 3, '{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"analyst","child":"part-c-1","prev":"eacdedf804dfee9814c7271c0e96ef6e6583340e490b6e50be760e374a7b510b","sig":"fT2f_E7Msm7l5sL1Aqtc8GJOo9nInoM9HmUofwT-VSe6ufGaUp02TH83wWXe60AiqxU-TDA8JbjhOFXRLxc6Cg"}');
INSERT INTO public.handoff_log VALUES (1, '768', 1, 'whole-1', 5, '{"_tag":"Cancelled","at":"2026-12-01T09:01:01.322Z","by":"planner","reason":"Not needed","prev":"226439ee13c1027c6955ad9bf42fb32d4a720b2cc0f98e6a9735167a0b56f4fe","sig":"ojBdiv7bS0NFBsiggcMvZu3lg7KMMUFrhs0AhXjP5XrG4aPSamYnb-1zNtFAsGhwwvB4T2Hs74_Eq0pm6f23Dw"}');
INSERT INTO public.handoff_log VALUES (1, '768', 2, 'part-a-1', 4, '{"_tag":"Cancelled","at":"2026-12-01T09:01:01.322Z","by":"planner","reason":"whole-1, which it was a part of, was cancelled.","along":"whole-1","prev":"76e249f262893f9312ae17858028cfb84aa4401a9ec5f65ddbcbc09ab0face1c","sig":"MP0nCkttHX8d6FJQ-uEYG12CDMn0xfa9oMk69EqvQ2chVQD6p9k3SRBBjc9oiQXKpRzFGhvkto7mdV2DuPJPBg"}');
INSERT INTO public.handoff_log VALUES (1, '768', 3, 'part-b-1', 2, '{"_tag":"Cancelled","at":"2026-12-01T09:01:01.322Z","by":"planner","reason":"whole-1, which it was a part of, was cancelled.","along":"whole-1","prev":"ce6a0be2fac5108919a404b99821f782b9bbba2519cf751670b9c65aa8a97c84","sig":"nCz3HDMkFPsZ9qfbrbildoYa6XraeicWtEk4HAcYDuJF7wbEHlaLAfj-vgd6uenhrCy_6UjeGYMmKHd3eTejBg"}');
INSERT INTO public.handoff_log VALUES (1, '768', 4, 'part-c-1', 2, '{"_tag":"Cancelled","at":"2026-12-01T09:01:01.322Z","by":"planner","reason":"whole-1, which it was a part of, was cancelled.","along":"part-a-1","prev":"dec05f125438d82a80a3493e734f918a650a78a151fafba198ca8f09fcbe24e5","sig":"fAOEUEToZHE1O3R6PlZKzTtKD0uNNz_XX7M-FaeGk7BJbDeWQZA6IW7nE5RvN370Dv8WwnIVcWhUjDIvgHzmDA"}');
INSERT INTO public.handoff_log VALUES (1, '769', 1, 'left-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"5gBPhbjbc1ZhK3Nutxp5EWWXBStAHiQX4Yuc3mOskLI1t5cM-WgM207Y2ynIALuPxQEtAwYntzASYstSZGq_Cw","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null}}');
INSERT INTO public.handoff_log VALUES (1, '770', 1, 'left-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","prev":"66e10d0d68190e44ecfc07f9ce21b9118b99b1f51ffd8b314804b2a322fb6173"}');
INSERT INTO public.handoff_log VALUES (1, '771', 1, 'part-d-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"executor","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part d","context":{},"priority":3,"deadline":null,"parent":"left-1"}}');
INSERT INTO public.handoff_log VALUES (1, '772', 1, 'left-1', 4, '{"_tag":"Completed","at":"2026-12-01T09:01:01.322Z","by":"executor","result":{},"prev":"9a4227ae9992a4249e98cefcc98fd26a4c84b76e29d0be7daa853751b592d36f","leaves_children":true}');
INSERT INTO public.handoff_log VALUES (1, '773', 1, 'refused-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"Y_o3ZY3HoINXed8U337SN3oNC9DrReCcRR_oEQNUIDwsR-oS04-hDT5fuiObHcE0KgafKFe2n1gBPWGKWIaWDA","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null}}');
INSERT INTO public.handoff_log VALUES (1, '774', 1, 'refused-1', 2, '{"_tag":"Rejected","at":"2026-12-01T09:01:01.322Z","by":"executor","reason":"Not mine","prev":"602b180e702a576c84b6ad9611e19f8aa040b223a149a11e9ffeb125245f0d25"}');
INSERT INTO public.handoff_log VALUES (1, '775', 1, 'broken-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"44bpbnMH_0htZFE8wMj9YmkTr8MhIJNj1fU6lDTVCD16anjercIcLXFPBRPkANeFCo6pH1luooeHi2JuDN6uCw","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null}}');
INSERT INTO public.handoff_log VALUES (1, '776', 1, 'broken-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","prev":"52ead91d73af847156748c441b664b397759abdc3b90f055515df01a70d0d228"}');
INSERT INTO public.handoff_log VALUES (1, '777', 1, 'broken-1', 3, '{"_tag":"Failed","at":"2026-12-01T09:01:01.322Z","by":"executor","reason":"Out of paper","prev":"3609d12dceab81d7106d6045510f2890764221f954e709146cd760d7325151bc"}');
INSERT INTO public.handoff_log VALUES (1, '778', 1, 'lapsed-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"3xsoOtfok24AiFNcjzQ67Y6gWzRd-6qutmNwBoKZctUXCm1VmBDIHex-1xj9207lUCU-0kWiMKAnfEKH61XbDA","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_attempts":2}}');
INSERT INTO public.handoff_log VALUES (1, '779', 1, 'lapsed-1', 2, '{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","lease":500,"prev":"3534e3b04dfc8041b63e4700b9a23c691566d4d1f37c6b725a4fe8f2fb4a33cb"}');
INSERT INTO public.handoff_log VALUES (1, '780', 1, 'late-1', 1, '{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","sig":"nAcNE4L9IND4e_dUrwNU5keF02KgUsEZCwM0ZG_3JMDm3TruJiRhQAtcotyavnELjYd0liuIDVi1QGPq6SubBg","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":"2026-12-01T09:03:01.322Z"}}');
INSERT INTO public.handoff_log VALUES (1, '781', 1, 'lapsed-1', 3, '{"_tag":"Released","at":"2026-12-01T09:02:31.322Z","by":"clock","attempt":1,"reason":"The lease ran out.","prev":"d48f23a0f88341f778bb09a039770a526bd521af5293145caca7219f31db1b05"}');
INSERT INTO public.handoff_log VALUES (1, '782', 1, 'declined-1', 4, '{"_tag":"Released","at":"2026-12-01T09:02:31.322Z","by":"clock","attempt":2,"reason":"The lease ran out.","prev":"986f000fb4890905ac61395dc3d6cdd5cbefca7672de6bf93c60d318c527acd5"}');
INSERT INTO public.handoff_log VALUES (1, '783', 1, 'waiting-1', 2, '{"_tag":"Reminded","at":"2026-12-01T09:02:31.322Z","by":"clock","of":"accept_by","prev":"cdc29e799f754298f92a7f626f90b3d16f7a24493fb19efc7419b62bf2344227"}');
INSERT INTO public.handoff_log VALUES (1, '784', 1, 'late-1', 2, '{"_tag":"Expired","at":"2026-12-01T09:04:01.322Z","by":"clock","missed":"deadline","prev":"9ae50daa5b4985aecb4d08e0b9e3076b68a1a8b8fa7809a4bcd36a14a597a495"}');
INSERT INTO public.handoff_log VALUES (1, '785', 1, 'waiting-1', 3, '{"_tag":"Forwarded","at":"2026-12-01T09:04:01.322Z","by":"clock","to":"analyst","because":"accept_by","prev":"0a78256e4b8f17333aaa7e10430abcbe9eca804c0219514213aa30e2bdd62ec6","routing":{"agent":"analyst","reason":"analyst can report","fallback":false,"matched":["report"],"runners_up":[]}}');
INSERT INTO public.handoff_log VALUES (1, '786', 1, 'waiting-1', 4, '{"_tag":"Accepted","at":"2026-12-01T09:04:01.322Z","by":"analyst","prev":"1ce90808f55b1a3bae487866d356340293977fb17c4f6ec9254cd9f1d6574a01","sig":"AIpuJSh19W0ptJiPk-HLFNtVzarnw4dFIsc2HutexqpEUrKT31n6Woha4MeuZ1OzLp0ixwv2UE-o821UiHTnCg"}');
INSERT INTO public.handoff_log VALUES (1, '787', 1, 'foreign-1', 1, '{"_tag":"Imported","at":"2026-11-30T08:30:00.000Z","by":"planner","via":"foreign","record":{"record_id":"foreign-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Étude — 日本語 🚀","context":{"from":"elsewhere","pages":[1,2.5,null,true],"":"no name"},"priority":7,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-11-30T08:00:00.123Z","updated_at":"2026-11-30T08:30:00.000Z","revision":1}}');
INSERT INTO public.handoff_log VALUES (1, '787', 2, 'taken-1', 1, '{"_tag":"Imported","at":"2026-11-30T08:30:00.000Z","by":"planner","via":"foreign","record":{"record_id":"taken-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Étude — 日本語 🚀","context":{"from":"elsewhere","pages":[1,2.5,null,true],"":"no name"},"priority":7,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"accepted","result":{},"created_at":"2026-11-30T08:00:00.123Z","updated_at":"2026-11-30T08:30:00.000Z","revision":1}}');
INSERT INTO public.handoff_log VALUES (1, '788', 1, 'taken-1', 2, '{"_tag":"Completed","at":"2026-12-01T09:04:01.322Z","by":"executor","result":{"taken":true},"prev":"e22aca2cadc1aa8917ee04d1eb6a9e940bd8c85627aa61b10a26b3803ce0ed90"}');
INSERT INTO public.handoff_log VALUES (1, '789', 1, 'fresh-1', 1, '{"_tag":"Created","at":"2026-12-01T09:04:01.322Z","by":"planner","sig":"ws-7QPJw_MFdMdhyNiE0iYiLNKMsNm5U--g13vFJ_aNlrEFn31nUX9gVLsgGCtJtei6M9zEA0-X0GyCCOMxPAA","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null}}');
INSERT INTO public.handoff_log VALUES (1, '790', 1, 'rotated-☂', 1, '{"_tag":"Created","at":"2026-12-02T09:00:00.000Z","by":"планировщик","sig":"z5zMZsO5nfmIEyO0-x2yMhxsT-Tw9MXlcXdQt5De6oqkMLe7suY7CFm5A9preQAzmImemKQ6zBKBmWh-JNEPCg","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод rotated: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"max_attempts":2}}');
INSERT INTO public.handoff_log VALUES (1, '791', 1, 'rotated-☂', 2, '{"_tag":"Accepted","at":"2026-12-02T09:00:00.000Z","by":"翻訳者","reason":"Охотно","lease":600000,"prev":"b1b8c04676f8c407d0d2adb24de36f9b282328519181f1685c72b9f362e05aea","sig":"HWXf1BPsevuydT9Kb42ppU0WsY7TkM5LTBwx3vpoCOPMuGqDU9L_xkAmWRTISNkKJwgeDeu_KH0mzzjGCSW4BA"}');
INSERT INTO public.handoff_log VALUES (1, '792', 1, 'rotated-☂', 3, '{"_tag":"Started","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","prev":"fc19781f96ca170b50457a08012f3ade7b321cfc71c67038963122abc41cb677","sig":"xZxWkq97UpAoMvYn7B65p6ywf8sN03ty5ALmu_FPZ_vsQWmDBgzeSB7Zvw-_waMRxViwUNKbXG6SczUNn94SAw"}');
INSERT INTO public.handoff_log VALUES (1, '793', 1, 'rotated-☂', 4, '{"_tag":"Attested","at":"2026-12-02T09:05:00.000Z","by":"محرّر","statement":"Прочитано","prev":"20e1311e772fcc414a69a4256030f4e9b70e6fca8c176f7d8a0982040780f8ac"}');
INSERT INTO public.handoff_log VALUES (1, '794', 1, 'rotated-☂', 5, '{"_tag":"Completed","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","result":{"страниц":3},"prev":"dd295807818f1b2d73323aba0245c85508830727e2b85cef4b0659f3827425fe","sig":"kK_Zk6l4Y9GSPS-SCTCG6c7v8JRHUHzQKVi_obT12ozQOp4OfIursGvPfGXaEFs08MEi60RO18_bSxpAIe6NBg"}');
INSERT INTO public.handoff_log VALUES (1, '795', 1, 'g0x22qj4mvry', 1, '{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","sig":"Ak79v3Inv2h62Opf0-Mv6V91unBavG3Fz_Qbk_iaQW2Mjvfepx_oovMCHjm5VLOot7TlkLThg5Kj5CvTTkJvDQ","routing":{"agent":"翻訳者","reason":"翻訳者 can translate and перевод","fallback":false,"matched":["translate","перевод"],"runners_up":[]},"request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Le résumé","context":{},"priority":10,"deadline":null,"requires":["Перевод","translate"]}}');
INSERT INTO public.handoff_log VALUES (1, '796', 1, 'g0x22qj4mvry', 2, '{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","lease":3600000,"prev":"88e9fcb7157a00cf7f4d3e7bc6fd135add8055d3270729883ab1ad4662038c04","sig":"PqFOPu5rWBBgsfkGwjtCc3A7s1Gprc0flRcm24o173gXxchomC6d7YiIj0I-5XYRa0h-QclVWrTIlnuqRjZjDw"}');
INSERT INTO public.handoff_log VALUES (1, '797', 1, 'g0x22qj4mvry', 3, '{"_tag":"Started","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","prev":"a1910e04120ad5212e79351cdae32f6c4ecab7df0e9308718314a102d3d66f9c","sig":"pZE6rnEF64VV3daaJCsRwkr94JyPw4VD8x0dM4K6sUB5UxDBeUXNVd60iiTJEIjZDZPtJjSDyxLDwzgdDQ-WDg"}');
INSERT INTO public.handoff_log VALUES (1, '798', 1, 'g0x22qj4mvry', 4, '{"_tag":"Progressed","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","note":"半分","fraction":0.5,"lease":5400000,"prev":"6bfa5ab3724e02905878a93e5cbc6551a4e7073bf38557c2d5315143d6165064","sig":"-VG3_Y-9dwy54mWVMzTlAsLb5ARA4LrekWWDAa76yxISfP0kMGZtrnP-JYWcLbZv5tz2zS7rzMDwGq9Lt1bBBQ"}');
INSERT INTO public.handoff_log VALUES (1, '799', 1, 'asking', 1, '{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","sig":"H2EKAdo0vS2CY-2pmP-sjVmCcCYWxXLXlv-rGvDplaAhbjvjvflnALh6B8nO91HRjgAQopeZpKgApN7gbRIHDQ","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод asking: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null}}');
INSERT INTO public.handoff_log VALUES (1, '800', 1, 'asking', 2, '{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","lease":180000,"prev":"e3318c204830beaa71a223f0f39575e137d9205a9c9061a581539da8066ce2ce","sig":"AtYP040vxhklRFnjX2w1oiLFZs-_KqRUfWVZlM4Azk9aKtxf79fYYTa2Ke4rcCdXjNHbUVSaIqHDOHPIRep5DA"}');
INSERT INTO public.handoff_log VALUES (1, '801', 1, 'asking', 3, '{"_tag":"Started","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","prev":"295e6ffd2d4e6dc5e6b840e9ba956e56a143c4a9068efa27acba9b1a03394438","sig":"c8HFUfVBR1oRumwL-uQFylCE9GqtK85AGck--V9ptAkWzEbaRx1azG3odWkzcbZfJzCVxuyLINTHfmIRcBWeBw"}');
INSERT INTO public.handoff_log VALUES (1, '802', 1, 'asking', 4, '{"_tag":"Asked","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","question":"どちら？","prev":"a4d0c579699c7c3a1514b2d2efcb72bae48f841f0eaab12c369301e264b22603","sig":"1KCVx1l4w-DcVDHufpn7K7BXwzc4PMCIo_dytpeqB-RMM3N5ILMf44Zp7carkH7DINaa2Zfnp6xGnknlYCicCQ"}');
INSERT INTO public.handoff_log VALUES (1, '803', 1, 'returned', 1, '{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","sig":"tYAbmD3l5Ki31hj4VDJYnpuLbw9r3Stal3Z6snROMCOzxvmt9TfOt3qRyH2dOlq78gK1lXKWrTd--Xn6wtdFBA","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод returned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null}}');
INSERT INTO public.handoff_log VALUES (1, '804', 1, 'returned', 2, '{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","prev":"b5a8b974f2b4a9878ec0d786bba037d695ce0fc795cbcdc77a7c319333c805a7","sig":"ovri7TMDXqDjs59yY1eUBgFLRBOVFkwDs9TkIPUk1qSjIKVXzIi3G3r3GVpk-RJWPAek0S--yb2xV91H_FH-Aw"}');
INSERT INTO public.handoff_log VALUES (1, '805', 1, 'returned', 3, '{"_tag":"Released","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","reason":"Locked","prev":"0412f3ce58c4f9fdade0a05dd983972a3bee04a5f589667c1d983113d6deac21","sig":"TOHDwPVgz79B0CJGrgsTZ4hO-e4GvGnLxhZO6Ec9l1ZQAAx1xFiae2t3FmIPPFJdpGJhhdANQRVeiQcwPtV2DA","hand_back":{"done":["見出し"],"remaining":["本文"],"artifacts":[{"name":"draft","content":"…"}]},"not_before":"2026-12-02T09:06:00.000Z"}');
INSERT INTO public.handoff_log VALUES (1, '806', 1, 'unconfirmed', 1, '{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","sig":"n83sqaQYnsyBKrCrtoRC6NDdN51u1s0dZIq_QqZmnWpsr4opmkf6cioBAXNUJATpRvFP7DMUMgwGPxqEzFkrBw","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод unconfirmed: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"briefing":{"severity":"unstable","summary":"Срок — пятница.","actions":[{"id":"срок","task":"Call"}],"read_back":{"confirm":true}}}}');
INSERT INTO public.handoff_log VALUES (1, '807', 1, 'unconfirmed', 2, '{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","prev":"5890b2818e476b5604b9ac1ca95feadd22288db93a68444f3e5b9161971cdb70","sig":"KnafFvRkX7Pli2T1L10kIdFTd1NacBaahPbX4PclohFfa5vsQpxIVGK2CqQj-xv7X1_zbu332-A51DM8BV_LBA","read_back":{"summary":"Пятница","items":[{"id":"срок","answer":"understood"}]}}');
INSERT INTO public.handoff_log VALUES (1, '808', 1, 'exhausted', 1, '{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","sig":"KShF-nWsVtPczma1XwG7P2d0SjrYm-jf_YNzE8H71JTzJO6DKFGooC02v_S5ZatwPxbiQ18lDPc6fQpOOezIDQ","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод exhausted: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"max_attempts":1}}');
INSERT INTO public.handoff_log VALUES (1, '809', 1, 'exhausted', 2, '{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","lease":500,"prev":"6f4902ab4913f73f9b302e76af7ef45b7158eeecbdd890c616e2e6a82bd0c36f","sig":"j2WcCDEBYl2LFyp4kDyVNuJRU0d5W3nMeuekenXTknZlvU3ojBRt_dofzgebrJsPBiLa68sCZPDDZh2nScUsCA"}');
INSERT INTO public.handoff_log VALUES (1, '810', 1, 'exhausted', 3, '{"_tag":"Failed","at":"2026-12-02T09:05:01.000Z","by":"clock","attempt":1,"reason":"The lease of the last of 1 attempts ran out.","code":"attempts_exhausted","prev":"5d8c17bccab493fce1faca307e075734480f104f5d7236d031bbaa3d033df33e"}');
INSERT INTO public.handoff_log VALUES (1, '811', 1, 'unsigned', 1, '{"_tag":"Created","at":"2026-12-02T09:05:01.000Z","by":"планировщик","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод unsigned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null}}');


--
-- Data for Name: handoff_records; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_records VALUES ('long-1', 9, 10, 'accepted', 'completed', 'executor', 'planner', NULL, 1, 1796115600000, NULL, '{"record_id":"long-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":9,"deadline":null,"max_attempts":4,"requires":["report","execute"]},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"output":"report.pdf","pages":[1,2,3],"ok":true,"nothing":null},"created_at":"2026-12-01T09:00:00.000Z","updated_at":"2026-12-01T09:01:01.245Z","attempt":2,"evidence":[{"grade":"verified","statement":"Seen by two","uri":"https://example.org/1","by":"auditor","at":"2026-12-01T09:01:01.245Z"},{"grade":"observed","statement":"All 214 tests passed","of":"draft","by":"executor","at":"2026-12-01T09:01:01.245Z"}],"head":"a0fef3c0d5afcde34cc7843c79d6eb99d8ab78c273299052eb4f12c526e2b55f","revision":10}');
INSERT INTO public.handoff_records VALUES ('told-1', 6, 7, 'in_progress', 'completed', 'executor', 'planner', NULL, 5, 1796115661245, NULL, '{"record_id":"told-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"briefing":{"severity":"watcher","summary":"Two invoices are missing.","situation":{"known":["One supplier"],"decided":[],"open":["Paid?"]},"contingencies":[{"id":"late","if":"not by Friday","then":"report without"}],"actions":[{"id":"invoices","task":"Ask for them","owner":"executor","due":"2026-12-01T09:06:01.245Z"}],"read_back":{"required":["invoices","late"],"confirm":true}},"deliverables":[{"name":"text","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","media_type":"text/plain"},{"name":"sums","schema":{"type":"object","required":["total"],"properties":{"total":{"type":"number"}}}}]},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{},"created_at":"2026-12-01T09:01:01.245Z","updated_at":"2026-12-01T09:01:01.322Z","artifacts":[{"name":"text","media_type":"text/plain","content":"abc"},{"name":"sums","content":{"total":12.5}},{"name":"scan","uri":"s3://bucket/scan.pdf","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":1024}],"evidence":[{"grade":"verified","statement":"Adds up","of":"sums","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","by":"auditor","at":"2026-12-01T09:01:01.322Z"},{"grade":"claimed","statement":"Read twice","by":"executor","at":"2026-12-01T09:01:01.322Z"}],"head":"d15da88a5b07e707efc2b32dd7f03d86006f21420e975409e6133f5f54d10eb5","revision":7}');
INSERT INTO public.handoff_records VALUES ('handed-1', 4, 5, 'accepted', 'completed', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"handed-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_hops":2},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"by":"analyst"},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","attempt":2,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:01:01.322Z"}],"head":"81b84480036aa30ab2f8cace76745b999fbdfcfda323040e4686876d6ed0149a","revision":5}');
INSERT INTO public.handoff_records VALUES ('unable-1', 2, 3, 'accepted', 'pending', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"unable-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_attempts":1,"requires":["report"],"reroute":true},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","attempt":2,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:01:01.322Z"}],"head":"9b036b0a8e57f03fd12865261f8062849716607b9031aa47ddc6e92108947b38","revision":3}');
INSERT INTO public.handoff_records VALUES ('declined-1', 3, 4, 'accepted', 'pending', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"declined-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"requires":["report"],"reroute":true},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:02:31.322Z","attempt":3,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:01:01.322Z"}],"head":"1d2539a0c636b4ff68b7c287b79420e4bf57d0ed19790f3e35bbe46dff31e9c4","revision":4}');
INSERT INTO public.handoff_records VALUES ('part-a-1', 3, 4, 'accepted', 'cancelled', 'analyst', 'executor', 'whole-1', 7, 1796115661322, NULL, '{"record_id":"part-a-1","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part a","context":{},"priority":3,"deadline":null,"parent":"whole-1"},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"whole-1, which it was a part of, was cancelled.","parts":1,"head":"fd84b9b8338756d9bc0065a593694ffc03e622d0f5a10d0ae5e168b2fe3d2528","revision":4}');
INSERT INTO public.handoff_records VALUES ('part-b-1', 1, 2, 'pending', 'cancelled', 'analyst', 'executor', 'whole-1', 7, 1796115661322, NULL, '{"record_id":"part-b-1","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part b","context":{},"priority":3,"deadline":null,"parent":"whole-1"},"response":null,"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"whole-1, which it was a part of, was cancelled.","head":"b3edbb0ebb31e14373f24ffb47a4d6bfcde556f1714dba58b924a4d184f63b26","revision":2}');
INSERT INTO public.handoff_records VALUES ('part-c-1', 1, 2, 'pending', 'cancelled', 'auditor', 'analyst', 'part-a-1', 7, 1796115661322, NULL, '{"record_id":"part-c-1","request":{"from_agent":"analyst","to_agent":"auditor","task_description":"Part c","context":{},"priority":3,"deadline":null,"parent":"part-a-1"},"response":null,"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"whole-1, which it was a part of, was cancelled.","head":"27ac00eaaaa9347f6c8c704c59aac8ad2c27d9dac0cc8b12ae2415c3c65306b0","revision":2}');
INSERT INTO public.handoff_records VALUES ('whole-1', 4, 5, 'accepted', 'cancelled', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"whole-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":"2026-12-01T10:01:01.322Z","remind_before":3540000},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"Not needed","parts":2,"head":"9c2b7b6a8ce5e3a71ddf4db6e79321867179b2fa033fd13cfe8e231a60b19ec1","revision":5}');
INSERT INTO public.handoff_records VALUES ('waiting-1', 3, 4, 'pending', 'accepted', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"waiting-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"accept_by":"2026-12-01T09:03:01.322Z","remind_before":60000,"requires":["report"],"reroute":true},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"accepted","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:04:01.322Z","attempt":2,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:04:01.322Z"}],"head":"2fad78567eebbb38d43b2196fc0bfb6b573776a6a509d07673babf6697e0aac2","revision":4}');
INSERT INTO public.handoff_records VALUES ('lapsed-1', 2, 3, 'accepted', 'pending', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"lapsed-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_attempts":2},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:02:31.322Z","attempt":2,"head":"7df7fca2b1e8452391c0534c2ce60ee71f42d725ad3c1c1c05b87a121db39a38","revision":3}');
INSERT INTO public.handoff_records VALUES ('part-d-1', 0, 1, NULL, 'pending', 'analyst', 'executor', 'left-1', 7, 1796115661322, NULL, '{"record_id":"part-d-1","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part d","context":{},"priority":3,"deadline":null,"parent":"left-1"},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","head":"120e4855bcf6b473b56308578fcad1f4c0ce9c96e7f420e5fc89f72a9ac9398a","revision":1}');
INSERT INTO public.handoff_records VALUES ('left-1', 3, 4, 'accepted', 'completed', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"left-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","parts":1,"head":"2a36953a1ae4873b36d44548f52941177ce78cb684596a60fba44985ff7e26c0","revision":4}');
INSERT INTO public.handoff_records VALUES ('refused-1', 1, 2, 'pending', 'rejected', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"refused-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":{"accepted":false,"reason":"Not mine","estimated_completion":null},"status":"rejected","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","head":"3e8cd9245f0956e0dc6ec0211f25222fb609a98a51739f2b8fb9d5da18ccbc4d","revision":2}');
INSERT INTO public.handoff_records VALUES ('broken-1', 2, 3, 'accepted', 'failed', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"broken-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":{"accepted":false,"reason":"Out of paper","estimated_completion":null},"status":"failed","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","head":"b22071ea189ef3706fc929deae78f3642e66a7b270f5aa47c93cb018ef27c01a","revision":3}');
INSERT INTO public.handoff_records VALUES ('late-1', 1, 2, 'pending', 'expired', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"late-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":"2026-12-01T09:03:01.322Z"},"response":null,"status":"expired","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:04:01.322Z","reason":"The deadline passed while the handoff was open.","missed":"deadline","head":"886d652c2955a1929b317885c36e76a286359322f5817ef0c89c72fe5f321a04","revision":2}');
INSERT INTO public.handoff_records VALUES ('foreign-1', 0, 1, NULL, 'pending', 'executor', 'planner', NULL, 3, 1796025600123, NULL, '{"record_id":"foreign-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Étude — 日本語 🚀","context":{"from":"elsewhere","pages":[1,2.5,null,true],"":"no name"},"priority":7,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-11-30T08:00:00.123Z","updated_at":"2026-11-30T08:30:00.000Z","head":"0a777a8686a5e2022910310ed527c4f36d37e1d849baceb7d699b8d291193e51","revision":1}');
INSERT INTO public.handoff_records VALUES ('taken-1', 1, 2, 'accepted', 'completed', 'executor', 'planner', NULL, 3, 1796025600123, NULL, '{"record_id":"taken-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Étude — 日本語 🚀","context":{"from":"elsewhere","pages":[1,2.5,null,true],"":"no name"},"priority":7,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"taken":true},"created_at":"2026-11-30T08:00:00.123Z","updated_at":"2026-12-01T09:04:01.322Z","head":"3ea644c0292ec6132549d4b65738f57366f03b7aacdffa747a639385ba0f2990","revision":2}');
INSERT INTO public.handoff_records VALUES ('fresh-1', 0, 1, NULL, 'pending', 'executor', 'planner', NULL, 5, 1796115841322, NULL, '{"record_id":"fresh-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:04:01.322Z","updated_at":"2026-12-01T09:04:01.322Z","head":"1f199b3a4cec35414ce7c8dbcd1a40a01b2f17c0bcd8bd45f504aef705ae60e0","revision":1}');
INSERT INTO public.handoff_records VALUES ('rotated-☂', 4, 5, 'in_progress', 'completed', '翻訳者', 'планировщик', NULL, 5, 1796202000000, NULL, '{"record_id":"rotated-☂","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод rotated: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"max_attempts":2},"response":{"accepted":true,"reason":"Охотно","estimated_completion":null},"status":"completed","result":{"страниц":3},"created_at":"2026-12-02T09:00:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","evidence":[{"grade":"verified","statement":"Прочитано","by":"محرّر","at":"2026-12-02T09:05:00.000Z"}],"head":"a596cbbf2f46ccc8d6f0f8d2376279e6a3780c260771ef03f04264a26dcf0281","revision":5}');
INSERT INTO public.handoff_records VALUES ('g0x22qj4mvry', 3, 4, 'in_progress', 'in_progress', '翻訳者', 'планировщик', NULL, 0, 1796202300000, 1796207700000, '{"record_id":"g0x22qj4mvry","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Le résumé","context":{},"priority":10,"deadline":null,"requires":["Перевод","translate"]},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"in_progress","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","lease":{"milliseconds":5400000,"until":"2026-12-02T10:35:00.000Z"},"progress":{"at":"2026-12-02T09:05:00.000Z","note":"半分","fraction":0.5},"head":"98d38bf1b3e9b5422bfb678599ae9685799ba17bc01631bee82f31f94d12fab2","revision":4}');
INSERT INTO public.handoff_records VALUES ('asking', 3, 4, 'in_progress', 'input_required', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"asking","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод asking: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"input_required","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","lease":{"milliseconds":180000},"question":"どちら？","head":"167ec06947e830a0d565b899ac89f7dcaec1ffaeba00bf576669490cd74a3871","revision":4}');
INSERT INTO public.handoff_records VALUES ('returned', 2, 3, 'accepted', 'pending', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"returned","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод returned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","attempt":2,"hand_back":{"done":["見出し"],"remaining":["本文"],"artifacts":[{"name":"draft","content":"…"}]},"not_before":"2026-12-02T09:06:00.000Z","head":"a719f8f5d0205f4ab17785c3a73e5c2bd8609093f4062ab62fa033e2fdfa363b","revision":3}');
INSERT INTO public.handoff_records VALUES ('exhausted', 2, 3, 'accepted', 'failed', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"exhausted","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод exhausted: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"max_attempts":1},"response":{"accepted":false,"reason":"The lease of the last of 1 attempts ran out.","estimated_completion":null},"status":"failed","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:01.000Z","code":"attempts_exhausted","head":"4e66113fb85c1d014da9409486f00f3e502c52fa5701126b397128e4f2b8f8b1","revision":3}');
INSERT INTO public.handoff_records VALUES ('unsigned', 0, 1, NULL, 'pending', '翻訳者', 'планировщик', NULL, 5, 1796202301000, NULL, '{"record_id":"unsigned","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод unsigned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-12-02T09:05:01.000Z","updated_at":"2026-12-02T09:05:01.000Z","head":"10a6b81bfa3777f555a296d9d950cdbcd349c1b9d9a6bc067fa4fce56b76afba","revision":1}');
INSERT INTO public.handoff_records VALUES ('unconfirmed', 1, 2, 'pending', 'accepted', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"unconfirmed","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод unconfirmed: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"briefing":{"severity":"unstable","summary":"Срок — пятница.","actions":[{"id":"срок","task":"Call"}],"read_back":{"confirm":true}}},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"accepted","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","read_back":{"summary":"Пятница","items":[{"id":"срок","answer":"understood"}]},"head":"7143048e79afc239e1781e8ec83b669cf3c0b5c6e762b68afae9d3b138002ab2","revision":2}');


--
-- Data for Name: handoff_store; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_store VALUES ('aumai-handoff', 2, 1);


--
-- Data for Name: handoff_tally; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_tally VALUES ('expired', 1, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed:226', 1, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed:376', 1, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed:90', 1, 1);
INSERT INTO public.handoff_tally VALUES ('completed', 1, 6);
INSERT INTO public.handoff_tally VALUES ('elapsed', 1, 90602521);
INSERT INTO public.handoff_tally VALUES ('elapsed:259', 1, 1);
INSERT INTO public.handoff_tally VALUES ('in_progress', 1, 1);
INSERT INTO public.handoff_tally VALUES ('input_required', 1, 1);
INSERT INTO public.handoff_tally VALUES ('accepted', 1, 2);
INSERT INTO public.handoff_tally VALUES ('pending', 1, 6);
INSERT INTO public.handoff_tally VALUES ('cancelled', 1, 4);
INSERT INTO public.handoff_tally VALUES ('accepted', 6, 0);
INSERT INTO public.handoff_tally VALUES ('failed', 6, 1);
INSERT INTO public.handoff_tally VALUES ('pending', 6, 2);
INSERT INTO public.handoff_tally VALUES ('elapsed:-1', 1, 2);
INSERT INTO public.handoff_tally VALUES ('rejected', 1, 1);
INSERT INTO public.handoff_tally VALUES ('failed', 1, 1);


--
-- Name: handoff_agents handoff_agents_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_agents
    ADD CONSTRAINT handoff_agents_pkey PRIMARY KEY (id);


--
-- Name: handoff_log handoff_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_log
    ADD CONSTRAINT handoff_log_pkey PRIMARY KEY (epoch, xid, n);


--
-- Name: handoff_records handoff_records_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_records
    ADD CONSTRAINT handoff_records_pkey PRIMARY KEY (id);


--
-- Name: handoff_store handoff_store_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_store
    ADD CONSTRAINT handoff_store_pkey PRIMARY KEY (application);


--
-- Name: handoff_tally handoff_tally_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_tally
    ADD CONSTRAINT handoff_tally_pkey PRIMARY KEY (name, slot);


--
-- Name: handoff_all; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_all ON public.handoff_records USING btree (created_at, id);


--
-- Name: handoff_children; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_children ON public.handoff_records USING btree (parent, created_at, id) WHERE (parent IS NOT NULL);


--
-- Name: handoff_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_due ON public.handoff_records USING btree (due_at, created_at, id) WHERE (due_at IS NOT NULL);


--
-- Name: handoff_history; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX handoff_history ON public.handoff_log USING btree (record_id, revision);


--
-- Name: handoff_inbox; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_inbox ON public.handoff_records USING btree (to_agent, status, urgency, created_at, id);


--
-- Name: handoff_sent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_sent ON public.handoff_records USING btree (from_agent, ((- created_at)), id);


--
-- Name: handoff_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_status ON public.handoff_records USING btree (status, created_at, id);


--
-- PostgreSQL database dump complete
--

\unrestrict DL1hzemw1WzAP9GFEfhq8eqtG5dUm7Lch0LGb6nBfgyCGFOsMaIjZ4TP8h0CQLK

